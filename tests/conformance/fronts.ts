// What stands between the replay, which speaks plain HTTP/1.1, and a server that is reached in another way.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from 'node:http2'
import { createServer as createSocketServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectSecurely } from 'node:tls'

/** Listens on a port of its own, which resolves. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Passes bytes on over TLS. */
export function overTLS(portOf: () => number): Promise<number> {
  const server = createSocketServer((client) => {
    const upstream = connectSecurely({ port: portOf(), rejectUnauthorized: false })
    join(client, upstream)
  })
  return listen(server)
}

/** Ends with the other, and is cut when it is cut. */
function join(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one)
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
}

/** Passes requests on over HTTP/2, each connection in a session of its own, and websockets by RFC 8441. */
export function overHTTP2(originOf: () => string): Promise<number> {
  const sessions = new WeakMap<Duplex, ClientHttp2Session>()
  const sessionOf = (socket: Duplex): ClientHttp2Session => {
    const known = sessions.get(socket)
    if (known !== undefined) return known
    const session = connect(originOf(), { rejectUnauthorized: false })
    session.on('error', () => {})
    sessions.set(socket, session)
    socket.once('close', () => session.close())
    return session
  }
  const server = createServer({ keepAliveTimeout: 100 }, (request, response) =>
    pass(request, response, sessionOf(request.socket)),
  )
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue()
    pass(request, response, sessionOf(request.socket))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const session = sessionOf(socket)
    session.once('remoteSettings', () => upgrade(request, socket, head, session))
  })
  return listen(server)
}

/** The name of `connection` on the way to the app: recorded answers tell all fields of the request. */
export const CONNECTION = 'x-replay-connection'

/** Fields of one connection, which HTTP/2 does not have (RFC 9113 section 8.2.2). */
const HOP_BY_HOP = [
  ...[
    'connection',
    'host',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    'upgrade',
    'expect',
  ],
  ...['http2-settings', 'sec-websocket-key'],
]

function fieldsOf({
  method,
  url,
  headers,
  rawHeaders,
}: IncomingMessage): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = { ':method': method ?? '', ':path': url ?? '' }
  if (headers.host !== undefined) fields[':authority'] = headers.host
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/)
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = (rawHeaders[index] ?? '').toLowerCase()
    const name = given === 'connection' ? CONNECTION : given
    if (HOP_BY_HOP.includes(name) || named.includes(name) || name === 'te') continue
    const before = fields[name]
    const value = rawHeaders[index + 1] ?? ''
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  return fields
}

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  session: ClientHttp2Session,
): void {
  const length = Number(request.headers['content-length'] ?? 0)
  const hasBody = length > 0 || request.headers['transfer-encoding'] !== undefined
  const stream = session.request(fieldsOf(request), { endStream: !hasBody })
  if (hasBody) request.pipe(stream)
  const cut = (): void => {
    response.socket?.destroy()
  }
  stream.on('error', cut)
  stream.on('aborted', cut)
  response.on('close', () => stream.close())
  answer(stream, (status, fields) => {
    response.sendDate = false
    response.writeHead(status, fields)
    stream.pipe(response)
  })
}

/** Takes the fields of the answer as they were sent. */
function answer(stream: ClientHttp2Stream, take: (status: number, fields: string[]) => void): void {
  // The types do not know the third argument, which has repeated fields apart.
  const heard = (headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]): void => {
    const fields = raw.flatMap((name, index) =>
      index % 2 === 1 || name.startsWith(':') ? [] : [name, raw[index + 1] ?? ''],
    )
    take(Number(headers[':status']), fields)
  }
  stream.on('response', heard as (headers: IncomingHttpHeaders) => void)
}

function upgrade(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  session: ClientHttp2Session,
): void {
  const stream = session.request(
    { ...fieldsOf(request), ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http' },
    { endStream: false },
  )
  stream.on('error', () => socket.destroy())
  answer(stream, (status, fields) => {
    if (status === 200) {
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
      const accept = createHash('sha1').update(key).digest('base64')
      fields.push('upgrade', 'websocket', 'connection', 'Upgrade', 'sec-websocket-accept', accept)
    }
    const lines = fields.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${fields[index + 1]}\r\n`] : [],
    )
    socket.write(`HTTP/1.1 ${status === 200 ? '101 Switching Protocols' : `${status} -`}\r\n`)
    socket.write(`${lines.join('')}\r\n`)
    if (head.length > 0) stream.write(head)
    if (status === 200) join(socket, stream)
    else stream.pipe(socket)
  })
}
