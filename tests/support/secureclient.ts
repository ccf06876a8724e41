// Requests over TLS, to servers whose certificate is one of the tests' own.
import { once } from 'node:events'
import { Agent, request as requestOf } from 'node:https'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import { CERTIFICATE } from './certificate.ts'

export interface Answered {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

/** One request over HTTP/1.1, on a connection of its own. */
export async function secureRequest(
  port: number,
  path: string,
  options: ConnectionOptions & { method?: string; body?: string } = {},
): Promise<Answered> {
  const { body, ...others } = options
  const agent = new Agent({ keepAlive: false })
  const asked = requestOf({ ca: CERTIFICATE.cert, ...others, agent, host: '127.0.0.1', port, path })
  asked.end(body)
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode, headers: response.headers, text }
}

/** A connection on which the handshake is done. */
export async function secureSocket(
  t: Test,
  port: number,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({ ca: CERTIFICATE.cert, host: '127.0.0.1', port, ...options })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  socket.on('error', () => {})
  return socket
}
