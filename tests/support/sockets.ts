// A server on a free port, and a client that sends bytes as they are: where a client library would
// repair the input, or hide what came back.
import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { type NodeServer, type ServeOptions, serve } from '../../lib/servers/node.ts'
import type { App, HTTPScope, Receive, Send } from '../../lib/types.ts'

// A leak of listeners is a failure, wherever it happens.
process.on('warning', (warning) => {
  throw warning
})

// Much more than anything takes, so that a busy machine fails no test.
export const PATIENCE_MS = 60_000

/** Rejects when it takes too long, so that a hang says where it is. */
export async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  const controller = new AbortController()
  const late = sleep(PATIENCE_MS, undefined, { signal: controller.signal }).then(() => {
    throw new Error(`it took too long: ${what}`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    controller.abort()
  }
}

/** Resolves when the condition holds. */
export async function eventually(
  condition: () => boolean,
  what: string | (() => string),
): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`it never happened: ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(5)
  }
}

export class RawClient {
  readonly socket: Socket
  /** All that came, one character per byte. */
  received = ''
  /** Whether the server ended its side, or the connection. */
  ended = false
  /** The code of a connection error. */
  error = ''

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (data: Buffer) => {
      this.received += data.toString('latin1')
    })
    socket.on('end', () => {
      this.ended = true
    })
    socket.on('close', () => {
      this.ended = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message
    })
  }

  /** Text goes as latin-1. */
  send(data: string | Uint8Array): this {
    if (typeof data === 'string') this.socket.write(data, 'latin1')
    else this.socket.write(data)
    return this
  }

  /** All that came until the text was there. */
  async until(text: string): Promise<string> {
    await eventually(
      () => this.received.includes(text) || this.ended,
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.received.slice(-500))}`,
    )
    return this.received
  }

  /** All that came until the server ended the connection. */
  async end(): Promise<string> {
    await eventually(
      () => this.ended,
      () => `the end of ${JSON.stringify(this.received.slice(-500))}`,
    )
    return this.received
  }

  /** Closes at once, with a reset. */
  async leave(): Promise<void> {
    const { socket } = this
    if (socket.destroyed) return
    const closed = once(socket, 'close')
    socket.resetAndDestroy()
    await closed
  }
}

export interface Listening {
  readonly server: NodeServer
  readonly port: number
  /** What reached the server's `onError`. */
  readonly errors: unknown[]
  readonly connect: () => Promise<RawClient>
  /** Sends all of this on a new connection and reads until the server ends it. */
  readonly talk: (request: string) => Promise<string>
}

/** Set for tests that are run once more, by servers that leave everything to node:http. */
export const NODE_ALONE = 'STELLULA_TEST_NODE_ALONE'

/** Serves an app for the length of a test; no process signals, and a short grace time. */
export async function listening(t: Test, app: App, options: ServeOptions = {}): Promise<Listening> {
  const errors: unknown[] = []
  const server = await serve(app, {
    port: 0,
    signals: [],
    gracePeriodMs: 100,
    onError: (error) => errors.push(error),
    shortcuts: process.env[NODE_ALONE] === undefined,
    ...options,
  })
  const port = server.address.port ?? 0
  const clients: RawClient[] = []
  t.teardown(async () => {
    for (const { socket } of clients) socket.destroy()
    await server.close().catch(() => {})
  })
  const connect = async (): Promise<RawClient> => {
    const where = options.path === undefined ? { port } : { path: options.path }
    // It closes its side when it wants to, not because the server did.
    const socket = connectSocket({ ...where, allowHalfOpen: true })
    const client = new RawClient(socket)
    clients.push(client)
    await once(socket, 'connect')
    return client
  }
  const talk = async (request: string): Promise<string> => (await connect()).send(request).end()
  return { server, port, errors, connect, talk }
}

/** An app of http scopes only. */
export function httpApp(
  app: (scope: HTTPScope, receive: Receive, send: Send) => Promise<void>,
): App {
  return async (scope, receive, send) => {
    if (scope.type !== 'http') throw new Error(`not asked for: ${scope.type}`)
    await app(scope, receive, send)
  }
}

/** Answers with a text. */
export async function answer(send: Send, text: string, status = 200): Promise<void> {
  const headers = ['content-type', 'text/plain']
  await send({ type: 'http.response.start', status, headers })
  await send({ type: 'http.response.body', body: Buffer.from(text) })
}

/** The whole request body. */
export async function readAll(receive: Receive): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (;;) {
    const message = await receive()
    if (message.type !== 'http.request') throw new Error(`${message.type} came instead of the body`)
    parts.push(message.body)
    if (!message.moreBody) return Buffer.concat(parts)
  }
}

/** A request with just the fields that it must have, and those given. */
export function request(line: string, fields: readonly string[] = [], body = ''): string {
  return [`${line} HTTP/1.1`, 'host: test', ...fields, '', body].join('\r\n')
}

/** The status codes of the responses in what came. */
export function statuses(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}

/** What follows the head of the first response. */
export function bodyOf(received: string): string {
  return received.slice(received.indexOf('\r\n\r\n') + 4)
}

/** The parts of a chunked body, joined. */
export function dechunked(body: string): string {
  let text = ''
  let rest = body
  for (;;) {
    const line = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.slice(0, line), 16)
    if (!(size > 0)) return text
    text += rest.slice(line + 2, line + 2 + size)
    rest = rest.slice(line + 2 + size + 2)
  }
}

/** Resolves when a port accepts no connections any more: its server has begun to close. */
export async function refusal(port: number): Promise<void> {
  for (;;) {
    const socket = connectSocket({ port, host: '127.0.0.1' })
    const isRefused = await once(socket, 'connect').then(
      () => false,
      () => true,
    )
    socket.destroy()
    if (isRefused) return
  }
}
