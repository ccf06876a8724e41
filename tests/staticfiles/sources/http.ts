// Files of an object store: a real HTTP server, asked by the real fetch.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { serve } from '../../../lib/servers/node.ts'
import { httpFiles, SourceFiles } from '../../../lib/staticfiles/sources.ts'
import { StaticFiles } from '../../../lib/staticfiles.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'

/** Serves a folder, and tells what it was asked. */
async function store(t: Test, files: Record<string, string>, wrap = (app: App): App => app) {
  const folder = t.testdir({})
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(`${folder}/${name}`.replace(/\/[^/]*$/, ''), { recursive: true })
    writeFileSync(`${folder}/${name}`, content)
    utimesSync(`${folder}/${name}`, 1_381_441_200, 1_381_441_200)
  }
  const asked: string[] = []
  const app = wrap(StaticFiles({ directory: folder }))
  const listening: App = (scope, receive, send) => {
    if (scope.type === 'http') {
      const range = scope.headers[scope.headers.indexOf('range') + 1]
      const isPart = scope.headers.includes('range')
      asked.push(`${scope.method} ${scope.rawPath}${isPart ? ` ${range}` : ''}`)
    }
    return app(scope, receive, send)
  }
  const server = await serve(listening, { port: 0 })
  t.teardown(() => server.close())
  return { url: `${server.url}/`, folder, asked }
}

// LS-STATIC-2
t.test('serves the objects of a store, and caches small ones by their tags', async (t) => {
  const { url, folder, asked } = await store(t, {
    'site/a b.txt': 'hello',
    'site/index.html': 'home',
  })
  await using client = await testClient(SourceFiles(httpFiles(`${url}site/`), { html: true }))

  const first = await client.get('/a%20b.txt')
  t.equal(await first.text(), 'hello')
  t.equal(first.headers.get('last-modified'), 'Thu, 10 Oct 2013 21:40:00 GMT')
  const etag = first.headers.get('etag') ?? ''
  t.equal((await client.get('/a%20b.txt', { headers: { 'if-none-match': etag } })).status, 304)
  t.equal(await (await client.get('/a%20b.txt', { headers: { range: 'bytes=1-2' } })).text(), 'el')
  t.same(asked, [
    ...['HEAD /site/a%20b.txt', 'GET /site/a%20b.txt'],
    ...['HEAD /site/a%20b.txt', 'HEAD /site/a%20b.txt'],
  ])
  writeFileSync(`${folder}/site/a b.txt`, 'other')
  t.equal(await (await client.get('/a%20b.txt')).text(), 'other')
  t.equal(await (await client.get('/')).text(), 'home')
  t.equal((await client.get('/nope')).status, 404)
})

t.test('requests the ranges that its clients request', async (t) => {
  const { url, asked } = await store(t, { 'a.txt': '0123456789' })
  const app = SourceFiles(httpFiles(new URL(url)), { cache: false })
  await using client = await testClient(app)

  const part = await client.get('/a.txt', { headers: { range: 'bytes=2-4' } })
  t.same([part.status, await part.text()], [206, '234'])
  t.same(asked, ['HEAD /a.txt', 'GET /a.txt bytes=2-4'])
})

t.test('an object that is replaced during a response is 503, once', async (t) => {
  const { url, folder } = await store(t, { 'a.txt': 'one' })
  let replaced = false
  const files = httpFiles(url, {
    fetch: (target, init) => {
      if (init.method === 'GET' && !replaced) {
        replaced = true
        writeFileSync(`${folder}/a.txt`, 'another')
      }
      return fetch(target, init)
    },
  })
  await using client = await testClient(SourceFiles(files))

  const torn = await client.get('/a.txt')
  t.same([torn.status, torn.headers.get('retry-after')], [503, '1'])
  t.equal(await (await client.get('/a.txt')).text(), 'another')
})

t.test('objects of a store without ranges are read from the start', async (t) => {
  const { url } = await store(
    t,
    { 'a.txt': '0123456789' },
    (app) => (scope, receive, send) =>
      app(scope.type === 'http' ? { ...scope, headers: ['host', 'store'] } : scope, receive, send),
  )
  await using client = await testClient(SourceFiles(httpFiles(url), { cache: false }))

  const part = await client.get('/a.txt', { headers: { range: 'bytes=2-4' } })
  t.equal(await part.text(), '234')
})

/** A server that answers HEAD and GET with these. */
async function answering(
  t: Test,
  answers: Record<string, readonly [status: number, headers?: Record<string, string>]>,
): Promise<string> {
  const server = createServer((request, response) => {
    const [status, headers = {}] = answers[request.method ?? ''] ?? [500]
    response.writeHead(status, headers).end(request.method === 'GET' ? 'abc' : undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

t.test('refusals of a store are refusals, and its failures are errors', async (t) => {
  const length = { 'content-length': '3' }
  const refused = await answering(t, { HEAD: [403] })
  await using client = await testClient(SourceFiles(httpFiles(refused)))
  t.equal((await client.get('/a')).status, 403)
  for (const [answers, message] of [
    [{ HEAD: [500] }, /the store answered HEAD with 500, for http.*\/a\. Check/],
    [{ HEAD: [200, length], GET: [500] }, /the store answered GET with 500/],
    [{ HEAD: [200, { 'transfer-encoding': 'chunked' }] }, /did not send the length/],
    [
      { HEAD: [200, { ...length, 'content-encoding': 'gzip' }] },
      /Store it without Content-Encoding/,
    ],
    [{ HEAD: [200, { 'content-length': '9' }], GET: [200] }, /ended after 3 bytes, and 9 were/],
  ] as const) {
    const failing = SourceFiles(httpFiles(await answering(t, answers as never)))
    await using other = await testClient(failing)
    await t.rejects(
      other.get('/a').then((response) => response.text()),
      message,
    )
  }
})

t.test('a store that does not answer is a timeout', async (t) => {
  const silent = (_url: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  const files = httpFiles('http://store.example/', { fetch: silent, timeoutMs: 20 })

  await t.rejects(Promise.resolve(files.open('a')), /did not answer HEAD within 20 ms, for http/)
})

t.test('invalid bases and options are refused at definition', async (t) => {
  for (const base of ['site', 'file:///site/', 'https://a.example/site', 'http://a.example/?b']) {
    t.throws(() => httpFiles(base), /^httpFiles: the base must be an http URL that ends in a slash/)
  }
  t.throws(() => httpFiles('http://a/', { fetch: 'x' as never }), /fetch must be a function/)
  t.throws(() => httpFiles('http://a/', { timeoutMs: 0 }), /timeoutMs must be more than 0/)
  t.throws(() => httpFiles('http://a/', { retries: 1 } as never), /unknown option "retries"/)
})
