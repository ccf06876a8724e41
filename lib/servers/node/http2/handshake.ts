/** A handshake over HTTP/2, as the websockets of a server take it (RFC 8441 section 5). */
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { HeaderList } from '../../../types.ts'
import type { Handshake } from '../websockets/answer.ts'
import type { StreamAsked } from './asked.ts'
import { Departure } from './departure.ts'
import { refuseStream } from './refuse.ts'
import { StreamSocket } from './streamsocket.ts'
import { StreamWire } from './wire.ts'

/** HTTP/2 needs no key, `ws` does. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA=='

/** What `ws` reads of a request. */
const READ = ['sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions']

/** The handshake, with a request that has what is read of one. */
export function streamHandshake(
  stream: ServerHttp2Stream,
  { target, headers }: StreamAsked,
  socket: Socket,
): Handshake {
  const request = {
    ...{ method: 'GET', httpVersion: '2', url: target.rawPath, rawHeaders: headers, socket },
    headers: headersFor(headers),
  }
  const departure = new Departure(stream, () => {})
  return {
    // The rest of Node's class is not asked for.
    request: request as unknown as Handshake['request'],
    socket: new StreamSocket(stream) as unknown as Socket,
    head: Buffer.alloc(0),
    answering: {
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

/** The fields as the check of a handshake wants them. */
export function withKey(headers: HeaderList): HeaderList {
  const kept = headers.filter((_, index) => headers[index - (index % 2)] !== 'sec-websocket-key')
  return [...kept, 'sec-websocket-key', KEY]
}
