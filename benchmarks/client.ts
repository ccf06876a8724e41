// A small HTTP client over node:net: keep-alive, one request at a time per connection.

import { connect as connectSocket, type Socket } from 'node:net'
import type { Exchange } from './scenarios.ts'

export interface Connection {
  socket: Socket
  ask(): Promise<Answer>
}

export interface Answer {
  status: number
  /** By lower-cased name. */
  headers: Map<string, string>
  /** Those that are set, as names with their values. */
  cookies: string[]
  /** One character per byte. */
  body: string
}

/** Opens a connection on which the same request can be asked again and again. */
export async function connect(port: number, exchange: Exchange): Promise<Connection> {
  const request = requestOf(port, exchange)
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true })
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
  let received = ''

  // latin1 keeps one character per byte, so that lengths can be compared with content-length.
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text
    const answer = parseAnswer(received)
    if (answer === undefined) return
    received = ''
    waiting?.resolve(answer)
  })
  socket.on('error', (error) => waiting?.reject(error))
  socket.on('close', () => waiting?.reject(new Error('connect: the server closed the connection.')))

  await new Promise<void>((resolve, reject) => {
    waiting = { resolve: () => resolve(), reject }
    socket.once('connect', resolve)
  })
  const ask = () => {
    return new Promise<Answer>((resolve, reject) => {
      waiting = { resolve, reject }
      socket.write(request)
    })
  }
  return { socket, ask }
}

/** In one piece: a text with a text for its body, bytes with bytes. */
function requestOf(port: number, { method, path, headers, body }: Exchange): string | Uint8Array {
  const fields = Object.entries({ host: `127.0.0.1:${port}`, ...headers })
  if (body !== undefined) fields.push(['content-length', `${Buffer.byteLength(body)}`])
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  if (body === undefined || typeof body === 'string') return head + (body ?? '')
  return Buffer.concat([Buffer.from(head), body])
}

/** A whole answer, or undefined while some of it is still to come. */
function parseAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const head = text.slice(0, headEnd)
  const rest = text.slice(headEnd + 4)
  const status = Number(head.slice(9, 12))
  const headers = parseHeaders(head)
  const cookies = [...head.matchAll(/^set-cookie: ([^;\r]*)/gim)].map(([, cookie = '']) => cookie)

  const length = headers.get('content-length')
  // A 304 may tell the length of what it leaves out.
  if (status === 304) return { status, headers, cookies, body: rest }
  if (length !== undefined) {
    return rest.length < Number(length) ? undefined : { status, headers, cookies, body: rest }
  }
  // One request at a time, and bodies without blank lines: the last chunk is the end of the text.
  return rest.endsWith('0\r\n\r\n')
    ? { status, headers, cookies, body: joinChunks(rest) }
    : undefined
}

function parseHeaders(head: string): Map<string, string> {
  const lines = head.split('\r\n').slice(1)
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

function joinChunks(text: string): string {
  let body = ''
  let position = 0
  while (true) {
    const lineEnd = text.indexOf('\r\n', position)
    const size = Number.parseInt(text.slice(position, lineEnd), 16)
    if (!(size > 0)) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    position = lineEnd + 2 + size + 2
  }
}
