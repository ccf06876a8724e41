import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { httpMiddleware } from '../../lib/authoring/httpmiddleware.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import {
  type FileSource,
  memoryFiles,
  SourceFiles,
  type SourceFilesOptions,
} from '../../lib/staticfiles/sources.ts'
import { testClient } from '../../lib/testing/client.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'

const SITE = {
  'index.html': '<h1>Index</h1>',
  '404.html': 'nothing here',
  'app.js': 'go()',
  'app.js.br': 'packed',
  'docs/index.html': '<h1>Docs</h1>',
  'docs/page.html': '<h1>Page</h1>',
  '.env': 'SECRET=1',
  'hé llo.txt': 'accent',
  empty: '',
}

const sites = (options: SourceFilesOptions = {}) => SourceFiles(memoryFiles(SITE), options)

// LS-STATIC-2
t.test('files in memory are served as those of a directory', async (t) => {
  await using client = await testClient(
    Mount('/static', sites({ html: true, extensions: ['html'] })),
  )
  const get = async (path: string): Promise<readonly [number, string]> => {
    const response = await client.get(`/static${path}`)
    return [response.status, await response.text()]
  }

  t.same(await get('/app.js'), [200, 'go()'])
  t.same(await get('/'), [200, '<h1>Index</h1>'])
  t.same(await get('/docs'), [200, '<h1>Docs</h1>'], 'after a redirect')
  t.same(await get('/docs/page'), [200, '<h1>Page</h1>'])
  t.same(await get('/h%C3%A9%20llo.txt'), [200, 'accent'])
  t.same(await get('/empty'), [200, ''])
  for (const path of [
    '/nope',
    '/.env',
    '/docs//page.html',
    '/docs/%2e%2e%2fapp.js',
    '/__proto__',
  ]) {
    t.same(await get(path), [404, 'nothing here'], path)
  }
})

t.test('has readable properties, and refuses other requests', async (t) => {
  const source = memoryFiles(SITE)
  const app = SourceFiles(source)
  t.equal(app.kind, 'sourcefiles')
  t.equal(app.source, source)

  await using client = await testClient(app)
  const posted = await client.post('/app.js')
  t.same([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD'])
  t.same(await call(app, websocketScope({ path: '/app.js' })), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
  await t.rejects(call(app, lifespanScope()), { name: 'UnsupportedProtocol' })
})

t.test('different contents never share a tag, whatever their time is', async (t) => {
  const of = (content: string) => SourceFiles(memoryFiles({ a: content }, { mtimeMs: 0 }))
  const tagOf = async (content: string): Promise<string | null> => {
    await using client = await testClient(of(content))
    return (await client.get('/a')).headers.get('etag')
  }

  t.not(await tagOf('one'), await tagOf('two'))
  t.equal(await tagOf('one'), await tagOf('one'))
  t.match(await tagOf('one'), /^"[\w-]{22}"$/)
})

t.test('answers conditions and ranges for files in memory', async (t) => {
  await using client = await testClient(sites())
  const { headers } = await client.get('/app.js')
  const etag = headers.get('etag') ?? ''
  t.equal(headers.get('last-modified'), null)
  t.equal(headers.get('content-length'), '4')

  const send = async (fields: Record<string, string>): Promise<readonly [number, string]> => {
    const response = await client.get('/app.js', { headers: fields })
    return [response.status, await response.text()]
  }
  t.same(await send({ 'if-none-match': etag }), [304, ''])
  t.same(await send({ 'if-match': '"x"' }), [412, 'Precondition Failed'])
  t.same(await send({ range: 'bytes=0-1' }), [206, 'go'])
  t.same(await send({ range: 'bytes=9-' }), [416, 'Range Not Satisfiable'])
  t.same(await send({ range: 'bytes=0-1', 'if-range': '"x"' }), [200, 'go()'])
  const dated = SourceFiles(memoryFiles({ a: 'a' }, { mtimeMs: 1_381_441_200_000 }))
  await using other = await testClient(dated)
  t.equal((await other.get('/a')).headers.get('last-modified'), 'Thu, 10 Oct 2013 21:40:00 GMT')
})

t.test('chooses compressed forms, which have their own tags', async (t) => {
  await using client = await testClient(sites({ precompressed: ['br', 'gzip'] }))
  const get = (accept: string) => client.get('/app.js', { headers: { 'accept-encoding': accept } })

  const packed = await get('br')
  t.equal(packed.headers.get('content-encoding'), 'br')
  t.equal(packed.headers.get('content-type'), 'text/javascript; charset=utf-8')
  t.match(packed.headers.get('etag'), /-br"$/)
  t.equal(await (await get('gzip')).text(), 'go()', 'there is no such form')
})

t.test('responses pass through middleware, and missing files may be elsewhere', async (t) => {
  const marking = httpMiddleware(async (request, next) => {
    const response = await next(request)
    response.headers.set('x-marked', '1')
    return response
  })
  const app = Application({
    routes: Router([
      Mount('/', Router([Mount('/files', sites({ cacheControl: 'no-cache' }))]), {
        middleware: [marking],
      }),
      Route('/files/other', () => new JSONResponse('other')),
    ]).routes,
    exceptionHandlers: [[404, () => new JSONResponse('custom', { status: 404 })]],
  })
  await using client = await testClient(app)

  const found = await client.get('/files/app.js')
  t.equal(found.headers.get('x-marked'), '1')
  t.equal(found.headers.get('cache-control'), 'no-cache')
  t.same([(await client.get('/files/x')).status], [404])
  t.equal(await (await client.get('/files/x')).json(), 'custom')
})

t.test('invalid sources, names and contents are refused at definition', async (t) => {
  t.throws(() => SourceFiles('public' as never), /^SourceFiles: the source must have a method open/)
  t.throws(
    () => SourceFiles(memoryFiles({}), { html: true, index: 'a' } as never),
    /^SourceFiles: unknown option "index"/,
  )
  t.throws(() => SourceFiles(memoryFiles({}), { cache: { maxBytes: -1 } }), /^SourceFiles: cache/)
  t.throws(() => memoryFiles(null as never), /^memoryFiles: the files must be an object/)
  t.throws(() => memoryFiles({ a: 5 as never }), /^memoryFiles: a content must be text or bytes, 5/)
  for (const name of ['/a', '../a', 'a//b', 'a/', '', 'a\\b', 'c:a']) {
    t.throws(() => memoryFiles([[name, 'a']]), /^memoryFiles: a name must be a relative path/, name)
  }
  t.throws(() => memoryFiles({}, { mtimeMs: Number.NaN }), /mtimeMs must be milliseconds/)
})

/** A source whose files are streams, and that counts what it was asked. */
function streaming(t: Test, contents: Record<string, readonly string[]>) {
  const asked: string[] = []
  let version = 1
  const source: FileSource = {
    open(name) {
      const parts = contents[name]
      if (parts === undefined) return undefined
      asked.push(`open ${name}`)
      const size = parts.join('').length
      return {
        ...{ size, etag: `"${version}"` },
        async *read(start, end) {
          asked.push(`read ${start}-${end}`)
          try {
            let at = 0
            for (const part of parts) {
              const bytes = Buffer.from(part).subarray(
                Math.max(0, start - at),
                Math.max(0, end - at),
              )
              at += part.length
              if (bytes.length > 0) yield bytes
            }
          } finally {
            asked.push('closed')
          }
        },
      }
    },
  }
  t.teardown(() => asked.splice(0))
  return { source, asked, change: () => version++ }
}

t.test('caches streamed content while its tag is the same', async (t) => {
  const { source, asked, change } = streaming(t, { 'a.txt': ['hello ', 'world'] })
  await using client = await testClient(SourceFiles(source))
  const get = async (range?: string): Promise<string> =>
    (await client.get('/a.txt', range === undefined ? {} : { headers: { range } })).text()

  t.same(await Promise.all([get(), get()]), ['hello world', 'hello world'])
  t.equal(await get('bytes=6-'), 'world')
  t.same(
    asked.filter((line) => !line.startsWith('open')),
    ['read 0-11', 'closed'],
  )
  change()
  t.equal(await get(), 'hello world')
  t.equal(asked.filter((line) => line === 'read 0-11').length, 2)
})

t.test('streams uncached content, and reads only the sent part', async (t) => {
  const { source, asked } = streaming(t, { 'a.txt': ['hello ', 'world'] })
  await using client = await testClient(SourceFiles(source, { cache: false }))

  t.equal(await (await client.get('/a.txt')).text(), 'hello world')
  t.same(asked, ['open a.txt', 'read 0-11', 'closed'])
  asked.splice(0)
  const parts = await client.get('/a.txt', { headers: { range: 'bytes=0-0,6-8' } })
  t.match(await parts.text(), /\r\n\r\nh\r\n.*\r\n\r\nwor\r\n/s)
  t.same(asked, ['open a.txt', 'read 0-1', 'closed', 'read 6-9', 'closed'])
  asked.splice(0)
  t.equal((await client.head('/a.txt')).headers.get('content-length'), '11')
  t.same(asked, ['open a.txt'])
})

t.test('closes the stream of a client that has disconnected', async (t) => {
  const { source, asked } = streaming(t, { a: ['a', 'b', 'c'] })
  const app = SourceFiles(source, { cache: false })
  let sent = 0

  await t.rejects(
    app(
      httpScope({ path: '/a', rawPath: '/a' }),
      () => new Promise(() => {}),
      async () => {
        if (sent++ === 1) throw new Error('left')
      },
    ),
    /left/,
  )
  t.same(asked, ['open a', 'read 0-3', 'closed'])
})

t.test(
  'an error before the first byte is answered, and a later one cuts the response',
  async (t) => {
    const file = (read: () => AsyncGenerator<Uint8Array>) =>
      Application({ routes: [Mount('/', SourceFiles({ open: () => ({ size: 3, read }) }))] })
    const failing = file(() => {
      throw new Error('broken')
    })
    await using client = await testClient(failing, { raiseServerExceptions: false })
    t.equal((await client.get('/a')).status, 500)
    for (const [parts, message] of [
      [['a'], /ended after 1 bytes, and 3 were expected/],
      [['ab', 'cd'], /more than the 3 bytes/],
    ] as const) {
      const app = file(async function* () {
        for (const part of parts) yield Buffer.from(part)
      })
      await using other = await testClient(app)
      await t.rejects(
        other.get('/a').then((response) => response.text()),
        message,
      )
    }
  },
)

t.test('an invalid result of a source throws, and says what is wrong', async (t) => {
  const bytes = Buffer.from('abc')
  for (const [file, message] of [
    [{ size: -1, read: () => bytes }, /the size of a file must be a number of bytes, -1/],
    [{ size: 3, etag: 'W/"7"', read: () => bytes }, /the etag of a file must be strong/],
    [
      { size: 3, mtimeMs: Number.NaN, read: () => bytes },
      /the mtimeMs of a file must be milliseconds/,
    ],
    [{ size: 3 }, /a file must have a method read/],
    [{ size: 2, etag: '"7"', read: () => bytes }, /more than the 2 bytes/],
    [{ size: 4, etag: '"7"', read: () => bytes }, /ended after 3 bytes, and 4 were expected/],
  ] as const) {
    await using client = await testClient(SourceFiles({ open: () => file as never }))
    await t.rejects(client.get('/a'), message)
  }
})
