/** Makes a websocket handler that sends the items of an iterable. */
import { knownOptions } from '../internal/knownoptions.ts'
import { closeSource, isSource, iterate, type Source, take } from '../internal/sources.ts'
import type { Relaxed } from '../operations/responses.ts'
import type { Schema } from '../types/schemas.ts'
import { SENT } from '../types.ts'
import type { WebSocket } from '../websockets.ts'
import { type MessageHandler, type MessageTexts, withContract } from './contract.ts'
import { assertFunctions } from './decode.ts'
import { quietly } from './dialogue.ts'
import { accept } from './listener.ts'
import { assertSends, type Sender, senderOf } from './sending.ts'

/** The items of a stream. Strings and bytes are sent unchanged, other values as JSON. */
export type WebSocketSource<Item = unknown> = Source<Item>

export interface WebSocketStreamOptions<Socket = WebSocket, Sent = unknown> extends MessageTexts {
  /**
   * A Standard Schema of the items (none). Its output is sent, and strings are JSON too. An item that does
   * not match is a bug, which closes the websocket with 1011.
   */
  sends?: Schema<Sent, unknown>
  /** Accepts or refuses the websocket (accepts). */
  onConnect?: (websocket: Socket) => unknown
}

type Sending = Pick<WebSocket, 'phase' | 'signal' | 'scope' | 'sendText' | 'sendBytes' | 'sendJSON'>

/**
 * Makes a handler for `WebSocketRoute` that sends the items of an iterable: strings and bytes unchanged, and
 * other values as JSON. When the iterable ends, the websocket is closed with 1000.
 *
 * If the peer disconnects, the iterable is closed at once: its `finally` blocks run, and a stream is
 * cancelled. A generator that waits for something can use `websocket.signal` to stop. The generator may
 * receive from the websocket; until it does, the latest 16 messages of the peer, or 1 MiB, are kept.
 *
 * @throws TypeError if the source is not a function.
 * @example
 * WebSocketRoute('/countdown/{from:int}', websocketStream(async function* ({ pathParams }) {
 *   for (let count = pathParams.from; count > 0; count--) yield { count }
 * }))
 */
export function websocketStream<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
  Sent = unknown,
  const Item extends Relaxed<Sent> = Relaxed<Sent>,
>(
  source: (websocket: WebSocket<Params, State>) => WebSocketSource<Item>,
  options: WebSocketStreamOptions<WebSocket<Params, State>, Sent> = {},
): MessageHandler<Params, State> {
  knownOptions(WHERE, options, 'sends onConnect summary description')
  const { onConnect = accept, sends, summary, description } = options
  assertFunctions(WHERE, { source, onConnect })
  assertSends(WHERE, sends)
  const send = senderOf(WHERE, sends, sends === undefined)
  const handle = async (websocket: WebSocket<Params, State>): Promise<void> => {
    await onConnect(websocket)
    if (websocket.phase !== 'open') return
    websocket.dropUnread()
    await sendAll(websocket, source(websocket), send)
    if (websocket.phase === 'open') await websocket.close()
  }
  const contract = { kind: 'stream', encoding: 'json', receives: undefined, sends } as const
  const texts = { summary, description }
  return withContract({ ...contract, ...texts, sendsProblem: false }, handle)
}

const WHERE = 'websocketStream'

/**
 * Sends the items of an iterable over an accepted websocket, no faster than the peer accepts them. Resolves
 * at the end of the iterable, or when either side closes the websocket.
 *
 * It receives no messages, so other code may read the websocket at the same time.
 *
 * @throws TypeError if the source is not iterable.
 * @example
 * WebSocketRoute('/news', async (websocket) => {
 *   await websocket.accept()
 *   const sending = sendStream(websocket, ['one', 'two', 'three'])
 *   for await (const message of websocket) console.debug(message)
 *   await sending
 * })
 */
export async function sendStream(websocket: Sending, source: WebSocketSource): Promise<void> {
  await sendAll(websocket, source, sendItem)
}

const sendItem = senderOf('sendStream', undefined, true)

async function sendAll(websocket: Sending, source: WebSocketSource, send: Sender): Promise<void> {
  if (!isSource(source)) {
    throw new TypeError(
      `sendStream: the source must be iterable, ${source === null ? 'null' : typeof source} was given. Use a generator, an array or a stream.`,
    )
  }
  const items = iterate(take(source))
  const { signal } = websocket
  let leave = (): void => {}
  const left = new Promise<void>((resolve) => {
    leave = resolve
    signal.addEventListener('abort', leave, { once: true })
  })
  try {
    await Promise.race([left, quietly(() => pump(websocket, items, send))])
  } finally {
    signal.removeEventListener('abort', leave)
    await closeSource(source, items)
  }
}

async function pump(
  websocket: Sending,
  items: ReturnType<typeof iterate>,
  send: Sender,
): Promise<void> {
  while (!isOver(websocket)) {
    const next = items.next()
    const { done, value } = 'then' in next ? await next : next
    if (done || isOver(websocket)) return
    const sent = send(websocket, value)
    if (sent !== SENT) await sent
  }
}

function isOver({ phase, signal }: Sending): boolean {
  return phase === 'closed' || phase === 'denied' || signal.aborted
}
