// Servers that are sent the same bytes: what they answer, and what their apps are asked.
import { Duplex } from 'node:stream'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { Drain } from '../../lib/servers/node/drain.ts'
import { exchange } from '../../lib/servers/node/exchange.ts'
import { createListener } from '../../lib/servers/node/listener.ts'
import { installPlain, takesPlain } from '../../lib/servers/node/plain/install.ts'
import { refuseTunnel } from '../../lib/servers/node/upgrades.ts'
import type { ServeOptions } from '../../lib/servers/node.ts'
import type { App, HeaderList, SendMessage } from '../../lib/types.ts'
import { httpApp, readAll, request } from './sockets.ts'

/** What happened on one connection. */
export interface Outcome {
  /** All that the server sent, without what may differ. */
  readonly answers: string
  /** What its app was asked. */
  readonly calls: readonly string[]
  /** Whether more could have been asked, and what became of the connection at the end of the client's. */
  readonly isOpen: boolean
  readonly destroyed: boolean
}

export type Converse = (pieces: readonly string[]) => Promise<Outcome>

function start(status: number, headers: HeaderList = []): SendMessage {
  return { type: 'http.response.start', status, headers }
}

function part(text: string, moreBody = false): SendMessage {
  return { type: 'http.response.body', body: Buffer.from(text), moreBody }
}

const BIG = 'y'.repeat(70_000)

/** What is answered at paths of special names; at all others, what was asked. */
const ANSWERS: Readonly<Record<string, readonly SendMessage[]>> = {
  '/parts': [start(200, ['x-a', 'b']), part('one', true), part('', true), part('two')],
  '/lengthy': [start(200, ['content-length', '6']), part('one', true), part('two')],
  '/none': [start(204), part('')],
  '/unchanged': [start(304, ['etag', '"a"', 'content-length', '9']), part('')],
  '/reset': [start(205), part('dropped')],
  '/empty': [start(200), part('')],
  '/large': [start(200), part(BIG)],
  '/hinted': [
    start(200),
    { type: 'http.response.early_hint', links: ['</a>; rel=preload'] },
    part('x', true),
    part(BIG),
  ],
  '/cut': [start(200), part('begun', true)],
  '/fails': [],
}

/** A handler that gets the request and response of Node. */
const handed = fromNode((request, response) => {
  let body = ''
  request
    .on('data', (data: Buffer) => {
      body += String(data)
    })
    .on('end', () => {
      response.setHeader('x-method', request.method ?? '')
      response.end(`${request.url} ${body}`)
    })
})

/** Answers in the turn of the call if there is no body, or none is read: no byte comes between. */
function recorder(calls: Map<number, string[]>): App {
  return httpApp(async (scope, receive, send) => {
    const { method, rawPath, queryString, httpVersion, headers, client } = scope
    const asked = { method, rawPath, queryString, httpVersion, headers }
    const call = calls.get(client?.port ?? 0)
    const index = (call?.push(JSON.stringify(asked)) ?? 0) - 1
    if (rawPath === '/handed') return handed(scope, receive, send)
    const isRead = hasBody(headers) && rawPath !== '/unread'
    const body = isRead ? String(await readAll(receive)) : ''
    if (call !== undefined) call[index] += body
    const answers = ANSWERS[rawPath] ?? [
      start(200, ['x-method', method]),
      part(call?.[index] ?? ''),
    ]
    for (const message of answers) void send(message)
    if (rawPath === '/fails') throw new Error('it fails')
  })
}

function hasBody(headers: HeaderList): boolean {
  return headers.some((name, index) => {
    return index % 2 === 0 && (name === 'content-length' || name === 'transfer-encoding')
  })
}

/** A connection whose other end is held here: pieces are read as they were sent, however busy we are. */
class HeldSocket extends Duplex {
  answers = ''
  readonly remoteAddress = '127.0.0.1'
  readonly remotePort: number

  constructor(port: number) {
    super({ allowHalfOpen: true })
    this.remotePort = port
  }

  override _read(): void {}

  override _write(data: Buffer, _encoding: string, done: () => void): void {
    this.answers += data.toString('latin1')
    done()
  }

  setTimeout(): this {
    return this
  }

  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }
}

/** All ticks and jobs are done then, and what waits for the next turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

/**
 * Without the dates, with the chunks of each body as one, since some versions of Node join them, and
 * short enough to be shown.
 */
function comparable(answers: string): string {
  return answers
    .replace(/\r\nDate: [^\r]+/g, '')
    .replace(/(?<=: chunked\r\n\r\n)(?:[1-9a-f][0-9a-f]*\r\n[^\r]*\r\n)+/g, (chunks) =>
      chunks.replace(/[0-9a-f]+\r\n([^\r]*)\r\n/g, '$1'),
    )
    .replace(/y{100,}/g, (all) => `y * ${all.length}`)
}

/** A server that takes connections from the caller alone. */
export async function conversing(options: ServeOptions): Promise<Converse> {
  const calls = new Map<number, string[]>()
  const all = { ...options, maxHeaderSize: 8_192, keepAliveTimeoutMs: 5_000 }
  const { node } = await createListener(all)
  const inFlight = new Drain(node, 0)
  const site = { rootPath: '', rawRootPath: '', server: null, state: undefined }
  const app = recorder(calls)
  const service = { app, site, inFlight, shortcuts: true, maxPipelined: 32, onError: () => {} }
  if (takesPlain(all)) installPlain(node, inFlight, service, all)
  node.maxHeadersCount = 0
  node.on('request', (request, response) => exchange(service, request, response, false))
  node.on('connect', refuseTunnel)
  node.on('checkContinue', (request, response) => exchange(service, request, response, true))
  let connections = 0
  return async (pieces) => {
    const port = ++connections
    const socket = new HeldSocket(port)
    const mine: string[] = []
    calls.set(port, mine)
    node.emit('connection', socket)
    for (const piece of [...pieces, request('GET /probe')]) {
      if (!socket.readable) break
      socket.push(Buffer.from(piece, 'latin1'))
      await turn()
    }
    const isOpen = socket.writable
    socket.push(null)
    await turn()
    calls.delete(port)
    const { answers, destroyed } = socket
    socket.destroy()
    return { answers: comparable(answers), calls: mine, isOpen, destroyed }
  }
}
