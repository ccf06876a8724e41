import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { Headers } from '../../../lib/http/headers.ts'
import { isCompressible } from '../../../lib/middleware/compress/compressible.ts'
import { Compression } from '../../../lib/middleware/compress/compression.ts'
import { type HTTPScope, SENT, type Send, type SendMessage } from '../../../lib/types.ts'
import { httpScope } from '../../support/scopes.ts'

const RULES = { minSize: 500, isCompressible }
const BYTES = Buffer.from('abcdefghij'.repeat(60))

interface Server {
  readonly sent: SendMessage[]
  readonly compression: Compression
}

/** A compression before a server that takes all, at once or not. */
function compressing(
  scope: Partial<HTTPScope> = {},
  encoding: { coding: 'gzip' } | undefined = { coding: 'gzip' },
  accept: () => Promise<void> = () => SENT,
): Server {
  const sent: SendMessage[] = []
  const send: Send = (message) => {
    sent.push(message)
    return accept()
  }
  return { sent, compression: new Compression(httpScope(scope), send, encoding, RULES) }
}

const plainly = (accept?: () => Promise<void>): Server => {
  const sent: SendMessage[] = []
  const send: Send = (message) => {
    sent.push(message)
    return accept?.() ?? SENT
  }
  return { sent, compression: new Compression(httpScope(), send, undefined, RULES) }
}

const start = (headers: string[] = [], status = 200): SendMessage => ({
  type: 'http.response.start',
  status,
  headers,
})
const body = (bytes?: Uint8Array, moreBody?: boolean): SendMessage => ({
  type: 'http.response.body',
  ...(bytes && { body: bytes }),
  ...(moreBody === undefined ? {} : { moreBody }),
})

function headersOf([first]: readonly SendMessage[]): Headers {
  return new Headers(first?.type === 'http.response.start' ? first.headers : [])
}

function bytesOf(sent: readonly SendMessage[]): Buffer {
  return Buffer.concat(
    sent.flatMap((one) => (one.type === 'http.response.body' && one.body ? [one.body] : [])),
  )
}

t.test('delays the start until the first part of the body', async (t) => {
  const { sent, compression } = compressing()

  t.equal(compression.send(start()), SENT)
  t.same(sent, [])
  t.equal(compression.send(body(Buffer.from('short'))), SENT)
  t.same(sent, [start(), body(Buffer.from('short'))])
})

// MW-GZIP-6, -15
t.test('a stream has no length, and every part is sent immediately', async (t) => {
  const { sent, compression } = compressing()
  await compression.send(start(['content-length', '1200', 'accept-ranges', 'bytes']))
  await compression.send(body(BYTES, true))
  t.equal(sent.length, 2)
  await compression.send(body(new Uint8Array(0), true))
  await compression.send(body(BYTES, true))
  await compression.send(body())

  t.same(headersOf(sent).toJSON(), { 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
  t.equal(gunzipSync(bytesOf(sent)).toString(), `${BYTES}${BYTES}`)
})

t.test('a stream of a known small length is not compressed', async (t) => {
  const { sent, compression } = compressing()
  await compression.send(start(['content-length', '4']))
  await compression.send(body(Buffer.from('ab'), true))
  await compression.send(body(Buffer.from('cd')))

  t.same(headersOf(sent).toJSON(), { 'content-length': '4' })
  t.equal(bytesOf(sent).toString(), 'abcd')
})

// MW-GZIP-14
t.test('an empty stream is not compressed', async (t) => {
  const { sent, compression } = compressing()
  await compression.send(start())
  await compression.send(body())

  t.same(sent, [start(), body()])
})

t.test('messages keep their order without await', async (t) => {
  const { sent, compression } = compressing()
  const trailers: SendMessage = { type: 'http.response.trailers', headers: ['a', 'b'] }

  compression.send({ type: 'http.response.start', status: 200, headers: [], trailers: true })
  compression.send(body(BYTES, true))
  compression.send(body(BYTES, true))
  compression.send(body(BYTES, false))
  await compression.send(trailers)

  t.match(sent[0], { trailers: true })
  t.equal(gunzipSync(bytesOf(sent)).toString(), `${BYTES}${BYTES}${BYTES}`)
  t.equal(sent.at(-1), trailers)
})

t.test('trailers follow a whole body', async (t) => {
  const { sent, compression } = compressing()
  compression.send({ type: 'http.response.start', status: 200, headers: [], trailers: true })
  compression.send(body(BYTES))
  await compression.send({ type: 'http.response.trailers', headers: [] })

  t.same(
    sent.map(({ type }) => type),
    ['http.response.start', 'http.response.body', 'http.response.trailers'],
  )
})

t.test('waits for the connection to drain', async (t) => {
  let release = (): void => {}
  const hang = (): Promise<void> =>
    new Promise((resolve) => {
      release = resolve
    })
  for (const server of [compressing({}, { coding: 'gzip' }, hang), plainly(hang)]) {
    const { sent, compression } = server
    await compression.send(start())
    let accepted = false
    const sending = compression.send(body(BYTES, true)).then(() => {
      accepted = true
    })
    for (const length of [1, 2]) {
      while (sent.length < length) await new Promise((resolve) => setImmediate(resolve))
      t.equal(accepted, false)
      release()
    }
    await sending
    t.equal(sent.length, 2)
    compression.close()
  }
})

t.test('a HEAD has the fields of a GET', async (t) => {
  const stream = compressing({ method: 'HEAD' })
  await stream.compression.send(start(['content-length', '600', 'etag', '"a"']))
  await stream.compression.send(body())
  const whole = compressing({ method: 'HEAD' })
  await whole.compression.send(start(['content-length', '600', 'etag', '"a"']))
  await whole.compression.send(body(BYTES))
  const small = compressing({ method: 'HEAD' })
  await small.compression.send(start(['content-length', '4']))
  await small.compression.send(body())

  const told = { etag: 'W/"a"', 'content-encoding': 'gzip', vary: 'Accept-Encoding' }
  t.same(headersOf(stream.sent).toJSON(), told)
  t.same(stream.sent.slice(1), [body(new Uint8Array(0), true), body(new Uint8Array(0))])
  t.match(headersOf(whole.sent).toJSON(), told)
  t.equal(headersOf(whole.sent).get('content-length'), String(bytesOf(whole.sent).byteLength))
  t.same(headersOf(small.sent).toJSON(), { 'content-length': '4' })
})

t.test('the parts of a HEAD are dropped', async (t) => {
  const { sent, compression } = compressing({ method: 'HEAD' })
  await compression.send(start())
  await compression.send(body(BYTES, true))
  await compression.send(body(BYTES))

  t.equal(bytesOf(sent).byteLength, 0)
})

t.test('a 304 has the tag that the client sent', async (t) => {
  const scope = { headers: ['if-none-match', 'W/"a"'] }
  for (const [headers, etag] of [
    [scope.headers, 'W/"a"'],
    [[], '"a"'],
  ] as const) {
    const { sent, compression } = compressing({ headers: [...headers] })
    await compression.send(start(['etag', '"a"'], 304))
    await compression.send(body())

    t.equal(headersOf(sent).get('etag'), etag)
    t.equal(headersOf(sent).get('vary'), 'Accept-Encoding')
    t.equal(headersOf(sent).get('content-encoding'), null)
  }
})

t.test('an early hint is sent after a start that is ready', async (t) => {
  const hint: SendMessage = { type: 'http.response.early_hint', links: ['</a>; rel=preload'] }
  const { sent, compression } = compressing()
  await compression.send(start())
  await compression.send(hint)
  await compression.send(body(Buffer.from('short')))
  const plain = plainly()
  await plain.compression.send(start())
  await plain.compression.send(hint)

  t.equal(headersOf(sent).get('content-encoding'), 'gzip')
  t.equal(sent[1], hint)
  t.equal(gunzipSync(bytesOf(sent)).toString(), 'short')
  t.same(headersOf(plain.sent).toJSON(), { vary: 'Accept-Encoding' })
})

// MW-GZIP-8
t.test('a file by its path and unknown messages pass unchanged', async (t) => {
  const others = [{ type: 'http.response.pathsend', path: '/a' }, { type: 'x.response.other' }]
  for (const message of others as SendMessage[]) {
    const { sent, compression } = compressing()
    await compression.send(start(['content-length', '600']))
    await compression.send(message)

    t.same(headersOf(sent).toJSON(), { 'content-length': '600', vary: 'Accept-Encoding' })
    t.equal(sent[1], message)
  }
})

t.test('debug messages are sent before the start', async (t) => {
  const debug: SendMessage = { type: 'http.response.debug', info: {} }
  const { sent, compression } = compressing()
  await compression.send(debug)
  await compression.send(start())
  await compression.send(debug)

  t.same(sent, [debug, debug])
})

t.test('invalid messages are passed on, and the server refuses them', async (t) => {
  const wrong = { type: 'http.response.body', body: 'text' } as unknown as SendMessage
  const second = compressing()
  await second.compression.send(start(['a', '1']))
  await second.compression.send(start(['a', '2']))
  const text = compressing()
  await text.compression.send(start())
  await text.compression.send(wrong)
  const early = compressing()
  await early.compression.send(body(BYTES))

  t.equal(second.sent.length, 2)
  t.equal(text.sent.at(-1), wrong)
  t.same(early.sent, [body(BYTES)])
})

t.test('a client disconnect ends the stream', async (t) => {
  const leave: (() => void)[] = []
  const { compression } = compressing({ onDisconnect: (listener) => leave.push(listener) })
  await compression.send(start())
  await compression.send(body(BYTES, true))
  for (const listener of leave) listener()

  await t.rejects(compression.send(body(BYTES, true)), ClientDisconnected)
})

t.test('a failed send ends the stream, and rejects all pending sends', async (t) => {
  const gone = new ClientDisconnected()
  const failing = compressing({}, { coding: 'gzip' }, () => Promise.reject(gone))
  await failing.compression.send(start())
  const first = failing.compression.send(body(BYTES, true))
  const second = failing.compression.send(body(BYTES))

  await t.rejects(first, gone)
  await t.rejects(second, gone)
  t.equal(failing.sent.length, 1)

  const cut = compressing({}, { coding: 'gzip' }, () => {
    return cut.sent.length < 2 ? SENT : Promise.reject(gone)
  })
  await cut.compression.send(start())
  await t.rejects(cut.compression.send(body(BYTES, true)), gone)
})

t.test('an app that ends too early leaves no stream open', async (t) => {
  const { compression } = compressing()
  await compression.send(start())
  await compression.send(body(BYTES, true))
  compression.close()

  await t.rejects(compression.send(body()), ClientDisconnected)
})
