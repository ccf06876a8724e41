/** A handler that pushes what an iterable gives. */
import { knownOptions } from '../internal/knownoptions.ts'
import { closed, isSource, iterate, type Source, take } from '../internal/sources.ts'
import type { Relaxed } from '../operations/responses.ts'
import type { Schema } from '../types/schemas.ts'
import { SENT } from '../types.ts'
import type { WebSocket } from '../websockets.ts'
import { contracted, type MessageHandler, type MessageTexts } from './contract.ts'
import { assertFunctions } from './decode.ts'
import { quietly } from './dialogue.ts'
import { accept } from './listener.ts'
import { assertSends, type Sender, senderOf } from './sending.ts'

/** What a stream is made of; texts and bytes are sent as they are, other values as JSON. */
export type WebSocketSource<Item = unknown> = Source<Item>

export interface WebSocketStreamOptions<Socket = WebSocket, Sent = unknown> extends MessageTexts {
  /**
   * A Standard Schema of what is sent. With it texts are JSON too, what it drops is not sent, and an item
   * that does not fit is a bug, which closes with 1011 (none).
   */
  sends?: Schema<Sent, unknown>
  /** Accepts, or refuses (accepts). */
  onConnect?: (websocket: Socket) => unknown
}

type Sending = Pick<WebSocket, 'phase' | 'signal' | 'scope' | 'sendText' | 'sendBytes' | 'sendJSON'>

/**
 * A handler for `WebSocketRoute` that sends what an iterable gives: texts and bytes as they are, and
 * anything else as JSON. At its end it closes with 1000.
 *
 * When the peer goes, the iterable is told to stop at once: its `finally` blocks run, a stream is
 * cancelled; one that waits for something passes `websocket.signal` on. The generator itself may receive
 * from the websocket; before it does, the latest 16 messages of the peer are kept, or 1 MiB.
 *
 * @throws TypeError when the source is no function.
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
  return contracted({ ...contract, ...texts, sendsProblem: false }, handle)
}

const WHERE = 'websocketStream'

/**
 * Sends what an iterable gives over an accepted websocket, no faster than the peer takes it; resolves
 * at its end, and when the websocket is closed before by either side.
 *
 * Nothing is received by it: others may read the websocket at the same time.
 *
 * @throws TypeError for something that cannot be iterated.
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
    await closed(source, items)
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
