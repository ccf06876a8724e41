// Clients of HTTP/2, by node:http2.
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { Test } from 'tap'
import { CERTIFICATE } from './certificate.ts'

export interface StreamAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly trailers: IncomingHttpHeaders | undefined
  /** Informational responses. */
  readonly informed: readonly IncomingHttpHeaders[]
}

/** A connection for the length of a test; plain unless `tls` is given. */
export async function connected(
  t: Test,
  port: number,
  { tls = false } = {},
): Promise<ClientHttp2Session> {
  const origin = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  const session = connect(origin, tls ? { ca: CERTIFICATE.cert } : {})
  session.on('error', () => {})
  t.teardown(() => session.destroy())
  // Before that the client does not know the server's limits.
  await once(session, 'remoteSettings')
  return session
}

/** A request whose errors are for those who wait for its answer. */
export function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Uint8Array,
): ClientHttp2Stream {
  const stream = session.request(headers, { endStream: body === undefined })
  stream.on('error', () => {})
  if (body !== undefined) stream.end(body)
  return stream
}

/** The whole answer; rejects if the stream is reset. */
export async function answerOf(stream: ClientHttp2Stream): Promise<StreamAnswer> {
  let head: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders | undefined
  const informed: IncomingHttpHeaders[] = []
  stream.on('response', (headers) => {
    head = headers
  })
  stream.on('headers', (headers) => informed.push(headers))
  stream.on('trailers', (headers) => {
    trailers = headers
  })
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  if (stream.rstCode !== 0) throw new Error(`the stream was reset with ${stream.rstCode}`)
  const status = Number(head[':status'])
  return { status, headers: head, text, trailers, informed }
}
