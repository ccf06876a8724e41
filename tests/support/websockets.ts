// Apps of websockets, and the client of `ws` as a peer for them.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Test } from 'tap'
import { type ClientOptions, WebSocket } from 'ws'
import type { App, Receive, ReceiveMessage, Send, WebSocketScope } from '../../lib/types.ts'
import type { Listening } from './sockets.ts'

/** An app of websocket scopes only, which has taken its connect message. */
export function websocketApp(
  app: (scope: WebSocketScope, receive: Receive, send: Send) => unknown,
): App {
  return async (scope, receive, send) => {
    if (scope.type !== 'websocket') throw new Error(`not asked for: ${scope.type}`)
    await receive()
    await app(scope, receive, send)
  }
}

/** Accepts, sends back what comes, and keeps how it ended. */
export function echo(seen: ReceiveMessage[] = []): App {
  return websocketApp(async (_scope, receive, send) => {
    await send({ type: 'websocket.accept' })
    for (;;) {
      const message = await receive()
      if (message.type !== 'websocket.receive') {
        seen.push(message)
        return
      }
      const { text, bytes } = message
      await send(
        text === undefined
          ? { type: 'websocket.send', bytes: bytes ?? new Uint8Array() }
          : { type: 'websocket.send', text },
      )
    }
  })
}

/** A client that collects what comes. */
export class Peer {
  readonly ws: WebSocket
  readonly messages: (string | Buffer)[] = []
  /** Code and reason, once it is closed. */
  closed: [number, string] | undefined

  constructor(ws: WebSocket) {
    this.ws = ws
    ws.on('message', (data: Buffer, isBinary) => {
      this.messages.push(isBinary ? data : data.toString())
    })
    ws.on('close', (code, reason) => {
      this.closed = [code, reason.toString()]
    })
    ws.on('error', () => {})
  }
}

/** Opens a websocket for the length of a test. */
export async function connected(
  t: Test,
  { port }: Pick<Listening, 'port'>,
  path = '/',
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<Peer> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    perMessageDeflate: false,
    ...options,
  })
  t.teardown(() => ws.terminate())
  const peer = new Peer(ws)
  await once(ws, 'open')
  return peer
}

/** The response to a handshake that is not accepted. */
export async function denied(
  { port }: Pick<Listening, 'port'>,
  path = '/',
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  ws.on('error', () => {})
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, IncomingMessage]
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}
