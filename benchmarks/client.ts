// A small HTTP client over node:net: keep-alive, one request at a time per connection.

import { connect as connectSocket, type Socket } from 'node:net'
import type { Exchange } from './scenarios.ts'

export interface Connection {
  socket: Socket
  ask(): Promise<Answer>
}

export interface Answer {
  status: number
  body: string
}

/** Opens a connection on which the same request can be asked again and again. */
export async function connect(port: number, exchange: Exchange): Promise<Connection> {
  const request = requestText(port, exchange)
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

function requestText(port: number, { method, path, body }: Exchange): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`
  if (body === undefined) return `${head}\r\n`
  const length = Buffer.byteLength(body)
  return `${head}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`
}

/** A whole answer, or undefined while some of it is still to come. */
function parseAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const head = text.slice(0, headEnd).toLowerCase()
  const rest = text.slice(headEnd + 4)
  const status = Number(head.slice(9, 12))

  const length = /\ncontent-length: *(\d+)/.exec(head)?.[1]
  if (length !== undefined) {
    return rest.length < Number(length) ? undefined : { status, body: rest }
  }
  // One request at a time, and bodies without blank lines: the last chunk is the end of the text.
  return rest.endsWith('0\r\n\r\n') ? { status, body: joinChunks(rest) } : undefined
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
