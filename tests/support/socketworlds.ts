// One websocket app under each server, and what its client sees: the same app must behave alike.
import type { SocketService } from '../../lib/servers/fetch/handshake.ts'
import { Session } from '../../lib/servers/fetch/session.ts'
import type { SocketEvents } from '../../lib/servers/fetch/sockets.ts'
import { TestWebSocket, testClient, WebSocketDenied } from '../../lib/testing/client.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, Middleware, Send, SendMessage } from '../../lib/types.ts'
import { closeFrame, handshake, readFrames } from './frames.ts'
import { websocketScope } from './scopes.ts'
import { bodyOf, dechunked, eventually, type Listening, soon } from './sockets.ts'

/** What came of the messages of an app. */
export interface Outcome {
  /** For each message the error it was rejected with, or ''. */
  readonly told: readonly string[]
  /** The status of a denial, or 101. */
  readonly status: number
  /** The frames of an open websocket, or the body of the app's denial; undefined if it was cut. */
  readonly seen: unknown
}

export type Play = (messages: readonly SendMessage[]) => Promise<Outcome>

export const OFFERED: readonly string[] = ['chat', 'soap']

/** Statuses of the servers' own; their bodies may differ. */
const OWN = [403, 500]

/** Sends all messages, whatever is rejected; then it waits for nothing. */
function sending(messages: readonly SendMessage[], told: string[]): App {
  return async (_scope, receive, send) => {
    await receive()
    await sendAll(messages, told, send)
  }
}

async function sendAll(
  messages: readonly SendMessage[],
  told: string[],
  send: Send,
): Promise<void> {
  for (const message of messages) {
    const error = await send({ ...message }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    told.push(error === undefined ? '' : String(error))
  }
}

/** Under `serve()`: the app that is served is the one that `current` has. */
export function served({ connect }: Listening, current: { app: App }): Play {
  return async (messages) => {
    const told: string[] = []
    current.app = sending(messages, told)
    const client = (await connect()).send(
      handshake('/', [`sec-websocket-protocol: ${OFFERED.join(', ')}`]),
    )
    const received = await client.until('\r\n\r\n')
    await eventually(() => told.length === messages.length, 'all messages')
    const status = Number(received.slice(9, 12))
    if (status !== 101) return { told, status, seen: denialOf(await client.end(), status) }
    const frames = (): string[] => readFrames(bodyOf(client.received))
    await eventually(() => frames().some((each) => each.startsWith('close')), 'the close')
    client.send(closeFrame(1000)).socket.end()
    return { told, status, seen: frames() }
  }
}

/** The body of a response; undefined if it ends with an error before its length. */
async function textOf({ body, headers }: globalThis.Response): Promise<string | undefined> {
  let text = ''
  try {
    for await (const part of body ?? []) text += Buffer.from(part).toString('latin1')
  } catch {
    return Number(headers.get('content-length')) === text.length && text !== '' ? text : undefined
  }
  return text
}

function denialOf(received: string, status: number): unknown {
  if (OWN.includes(status)) return ''
  if (!/\r\ntransfer-encoding: chunked\r\n/i.test(received)) {
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1]
    const body = bodyOf(received)
    return length === undefined || Number(length) === body.length ? body : undefined
  }
  return received.endsWith('\r\n0\r\n\r\n') ? dechunked(bodyOf(received)) : undefined
}

/** Under `toFetch()`, with a runtime whose client is here; the app may be wrapped in a middleware. */
export async function fetched(
  messages: readonly SendMessage[],
  wrap: Middleware = (app) => app,
): Promise<Outcome> {
  const told: string[] = []
  const frames: string[] = []
  let events: SocketEvents | undefined
  let ended = false
  const service: SocketService = {
    app: wrap(sending(messages, told)),
    maxMessageSize: 1_000,
    begin: () => {},
    end: () => {
      ended = true
    },
    onError: () => {},
    upgrade: (_request, _acceptance, given) => {
      events = given
      given.open({
        send: (data) => void frames.push(inWords(data)),
        close: (code, reason) => {
          frames.push(`close ${code} ${reason}`.trim())
          events?.close(code, reason)
        },
        buffered: () => 0,
      })
      return new globalThis.Response('upgraded')
    },
  }
  const scope = websocketScope({ subprotocols: OFFERED })
  const response = await new Session(service, scope, new globalThis.Request('http://h/'), {}).run()
  const body = textOf(response)
  await eventually(() => ended, 'the end of the app')
  if (events !== undefined) return { told, status: 101, seen: frames }
  const { status } = response
  return { told, status, seen: OWN.includes(status) ? '' : await body }
}

function inWords(data: string | Uint8Array): string {
  if (typeof data === 'string') return `text ${data}`.trim()
  return `binary ${Buffer.from(data).toString('hex')}`.trim()
}

/** Under the test client. */
export const tested: Play = async (messages) => {
  const told: string[] = []
  const app = sending(messages, told)
  const options = { lifespan: 'off', lint: false, raiseServerExceptions: false } as const
  await using client = await testClient(app, options)
  const opened = await soon(
    client.websocket('/', { subprotocols: OFFERED }).catch((error: unknown) => error),
    'the handshake',
  )
  if (opened instanceof TestWebSocket) return { told, status: 101, seen: await framesOf(opened) }
  if (!(opened instanceof WebSocketDenied)) throw opened
  const { status } = opened.response
  return { told, status, seen: OWN.includes(status) ? '' : await textOf(opened.response) }
}

async function framesOf(socket: TestWebSocket): Promise<string[]> {
  const frames: string[] = []
  for await (const data of socket) frames.push(inWords(data))
  const { code, reason } = await socket.closed
  await socket.close()
  return [...frames, `close ${code} ${reason}`.trim()]
}

/** Under lint alone, over a server that accepts everything. */
export async function linted(messages: readonly SendMessage[]): Promise<readonly string[]> {
  const told: string[] = []
  const receive = () => Promise.resolve({ type: 'websocket.connect' } as const)
  const app = lint()(sending(messages, told))
  await app(websocketScope({ subprotocols: OFFERED }), receive, () => Promise.resolve()).catch(
    () => {},
  )
  return told
}
