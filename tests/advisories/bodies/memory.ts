// Bodies in parts of one byte: each reader holds little more than the bytes.
import t from 'tap'
import { fromConnect } from '../../../lib/interop/fromconnect.ts'
import { fromFetch } from '../../../lib/interop/fromfetch.ts'
import { cacheResponse } from '../../../lib/middleware/cacheresponse.ts'
import { Request } from '../../../lib/requests.ts'
import { memoryStore } from '../../../lib/stores.ts'
import type { App, ReceiveMessage, Send } from '../../../lib/types.ts'
import { collectGarbage } from '../../support/gc.ts'
import { body, field, file, MULTIPART } from '../../support/multipart.ts'
import { httpScope } from '../../support/scopes.ts'

const SIZE = 100_000
const CONTENT = 'a'.repeat(SIZE)
const URLENCODED = 'application/x-www-form-urlencoded'

const read: App = async (scope, receive, send) => {
  await new Request(scope as never, receive).bytes()
  await send({ type: 'http.response.start', status: 204, headers: [] })
  await send({ type: 'http.response.body' })
}

const readForm: App = async (scope, receive) => {
  await using form = await new Request(scope as never, receive).form()
  if (form.size !== 1) throw new Error('one entry was expected')
}

const readPart: App = async (scope, receive) => {
  for await (const part of new Request(scope as never, receive).parts()) await part.bytes()
}

/** A middleware that reads all of it before the app does. */
const parsed = fromConnect((request, _response, next) => {
  request.on('end', () => next()).resume()
})

/** A fetch handler that reads a body in one of the ways of fetch. */
function fetching(read: (request: globalThis.Request) => Promise<unknown>): App {
  return fromFetch(async (request: globalThis.Request) => {
    await read(request)
    return new globalThis.Response(null, { status: 204 })
  })
}

const readers: [title: string, app: App, contentType: string, body: Uint8Array][] = [
  ['request.bytes()', read, 'text/plain', Buffer.from(CONTENT)],
  ['a urlencoded form', readForm, URLENCODED, Buffer.from(CONTENT)],
  ['a field of a multipart form', readForm, MULTIPART, body(field('a', CONTENT))],
  ['a file of a multipart form', readForm, MULTIPART, body(file('a', 'a.txt', CONTENT))],
  ['a part', readPart, MULTIPART, body(field('a', CONTENT))],
  ['fromConnect()', parsed(read), 'text/plain', Buffer.from(CONTENT)],
  ['fromFetch(), by text()', fetching((one) => one.text()), 'text/plain', Buffer.from(CONTENT)],
  [
    'fromFetch(), by formData()',
    fetching((one) => one.formData()),
    MULTIPART,
    body(field('a', CONTENT)),
  ],
]

for (const [title, app, contentType, bytes] of readers) {
  t.test(`a body in parts of one byte costs ${title} no more than twice its size`, async (t) => {
    let [at, before, grown] = [0, 0, 0]
    const receive = async (): Promise<ReceiveMessage> => {
      if (at === bytes.byteLength) return new Promise(() => {})
      if (at === 0) before = held()
      if (at === bytes.byteLength - 1) grown = held() - before
      // Of its own, as the socket gives it.
      const part = Uint8Array.of(bytes[at] ?? 0)
      at += 1
      return { type: 'http.request', body: part, moreBody: at < bytes.byteLength }
    }
    const headers = ['content-type', contentType, 'transfer-encoding', 'chunked']
    await app(httpScope({ method: 'POST', headers }), receive, async () => {})

    t.equal(at, bytes.byteLength)
    t.ok(grown < 2 * SIZE + SOME_CODE, `${grown} bytes for ${SIZE}`)
  })
}

t.test(
  'a response in parts of one byte costs cacheResponse() no more than twice its size',
  async (t) => {
    let grown = 0
    const app: App = async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const before = held()
      for (let count = 0; count < SIZE; count++) {
        await send({ type: 'http.response.body', body: Uint8Array.of(1), moreBody: true })
      }
      grown = held() - before
      await send({ type: 'http.response.body' })
    }
    const caching = cacheResponse({ store: memoryStore(), ttl: 60 })(app)
    const ignore: Send = async () => {}
    await caching(httpScope(), async () => ({ type: 'http.disconnect' }), ignore)

    t.ok(grown < 2 * SIZE + SOME_CODE, `${grown} bytes for ${SIZE}`)
  },
)

/** What modules take that are loaded meanwhile, and the buffer of one stream of Node. */
const SOME_CODE = 20_000_000

function held(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
