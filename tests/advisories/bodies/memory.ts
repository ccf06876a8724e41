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
/** What is loaded at first use must not be counted. */
const FEW = 100
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

const plain = (content: string): Uint8Array => Buffer.from(content)
const oneField = (content: string): Uint8Array => body(field('a', content))
const oneFile = (content: string): Uint8Array => body(file('a', 'a.txt', content))

const readers: [title: string, app: App, contentType: string, makeBody: typeof plain][] = [
  ['request.bytes()', read, 'text/plain', plain],
  ['a urlencoded form', readForm, URLENCODED, plain],
  ['a field of a multipart form', readForm, MULTIPART, oneField],
  ['a file of a multipart form', readForm, MULTIPART, oneFile],
  ['a part', readPart, MULTIPART, oneField],
  ['fromConnect()', parsed(read), 'text/plain', plain],
  ['fromFetch(), by text()', fetching((one) => one.text()), 'text/plain', plain],
  ['fromFetch(), by formData()', fetching((one) => one.formData()), MULTIPART, oneField],
]

/** Returns how many bytes more are held at the last part of a body than at its first. */
async function growthOf(app: App, contentType: string, bytes: Uint8Array): Promise<number> {
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
  if (at < bytes.byteLength) throw new Error('the body was not read to its end')
  return grown
}

for (const [title, app, contentType, makeBody] of readers) {
  t.test(`a body in parts of one byte costs ${title} no more than twice its size`, async (t) => {
    await growthOf(app, contentType, makeBody('a'.repeat(FEW)))

    const grown = await growthOf(app, contentType, makeBody('a'.repeat(SIZE)))

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

/** What the compiler makes meanwhile, and the buffer of one stream of Node: 64 KiB in parts of one byte are 12 MB. */
const SOME_CODE = 20_000_000

function held(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
