/** Converts an HTTP/2 handshake to the form that the websockets of a server accept (RFC 8441 section 5). */
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { HeaderList } from '../../../types.ts'
import type { Handshake } from '../websockets/answer.ts'
import { Departure } from './departure.ts'
import { refuseStream } from './refuse.ts'
import type { StreamRequestHead } from './requesthead.ts'
import { StreamSocket } from './streamsocket.ts'
import { StreamWire } from './wire.ts'

/** A key for `ws`, which requires one. HTTP/2 handshakes have none. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA=='

/** The fields of a request that `ws` reads. */
const READ = ['sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions']

/** Returns the handshake of a stream. Its request has only the properties that are read. */
export function streamHandshake(
  stream: ServerHttp2Stream,
  { target, headers }: StreamRequestHead,
  socket: Socket,
): Handshake {
  const request = {
    ...{ method: 'GET', httpVersion: '2', url: target.rawPath, rawHeaders: headers, socket },
    headers: headersFor(headers),
  }
  const departure = new Departure(stream, () => {})
  // Some clients do not end their side. The stream would stay open, and an idle connection with it.
  stream.on('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
  return {
    // The other properties of Node's class are not read.
    request: request as unknown as Handshake['request'],
    socket: new StreamSocket(stream) as unknown as Socket,
    head: Buffer.alloc(0),
    responder: {
      wire: () => new StreamWire(stream, departure),
      refuse: (status, fields) => refuseStream(stream, status, fields),
    },
  }
}

function headersFor(headers: HeaderList): Record<string, string> {
  const read: Record<string, string> = { upgrade: 'websocket', 'sec-websocket-key': KEY }
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    if (READ.includes(name)) read[name] = name in read ? `${read[name]}, ${value}` : value
  }
  return read
}

/** Adds the key that the check of a handshake requires. */
export function withKey(headers: HeaderList): HeaderList {
  const kept = headers.filter((_, index) => headers[index - (index % 2)] !== 'sec-websocket-key')
  return [...kept, 'sec-websocket-key', KEY]
}
