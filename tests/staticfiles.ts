import { existsSync, readFileSync, realpathSync, symlinkSync, utimesSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { Application } from '../lib/applications.ts'
import { httpMiddleware } from '../lib/authoring/httpmiddleware.ts'
import { JSONResponse } from '../lib/responses.ts'
import { Host, Mount, Route, Router } from '../lib/routing.ts'
import { StaticFiles, type StaticFilesOptions } from '../lib/staticfiles.ts'
import { testClient } from '../lib/testing/client.ts'
import type { App } from '../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from './support/scopes.ts'
import { responseOf, type Sent } from './support/sent.ts'
import { bodyOf, listening, request, statuses } from './support/sockets.ts'

const LARGE = '0123456789'.repeat(100_000)

function folder(t: Test): string {
  return realpathSync(
    t.testdir({
      'example.txt': 'content',
      'index.html': '<h1>Index</h1>',
      'hé llo.txt': 'accent',
      '.env': 'SECRET=1',
      'large.bin': LARGE,
      dir: { 'index.html': '<h1>Dir</h1>', 'inner.txt': 'inner' },
    }),
  )
}

function files(t: Test, options: Partial<StaticFilesOptions> = {}): StaticFiles {
  return StaticFiles({ directory: folder(t), ...options })
}

const get = async (app: App, target: string, method = 'GET', rootPath = ''): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path: target, rawPath: target, method, rootPath })))

t.test('has readable properties', async (t) => {
  const root = folder(t)
  const app = StaticFiles({ directory: [root, path.join(root, 'dir')] })

  t.equal(app.kind, 'staticfiles')
  t.same(app.directories, [root, path.join(root, 'dir')])
})

// ST-1
t.test('invalid options are refused at definition', async (t) => {
  t.throws(() => StaticFiles({ directory: '/nope' }), /does not exist, ".*nope" was given/)
  t.throws(() => StaticFiles({ directory: folder(t), dotfiles: 'allow' as never }), /dotfiles must/)
})

// ST-5, ST-6
t.test('serves files on its own', async (t) => {
  const app = files(t)

  t.same((await get(app, '/example.txt')).text, 'content')
  t.same((await get(app, '/dir/inner.txt')).text, 'inner')
  t.same((await get(app, '/hé llo.txt')).text, 'accent')
  t.same((await get(app, '/proxy/example.txt', 'GET', '/proxy')).text, 'content')
  for (const target of ['/', '/dir', '/dir/', '/nope', '/example.txt/x', '/.env', '*', '']) {
    const { status, text } = await get(app, target)
    t.same([status, text], [404, 'Not Found'], target)
  }
})

// ST-4, sf-043
t.test('serves GET and HEAD, and lists them in Allow', async (t) => {
  const app = files(t)
  t.equal((await get(app, '/example.txt', 'HEAD')).headers.get('content-length'), '7')

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    for (const target of ['/example.txt', '/nope', '/../x']) {
      const { status, headers, text } = await get(app, target, method)
      t.same([status, text], [405, 'Method Not Allowed'], `${method} ${target}`)
      t.equal(headers.get('allow'), 'GET, HEAD')
    }
  }
})

// ST-24
t.test('refuses websockets, and does not support the lifespan', async (t) => {
  const app = files(t)

  t.same(await call(app, websocketScope({ path: '/example.txt' })), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
  await t.rejects(call(app, lifespanScope()), { name: 'UnsupportedProtocol' })
})

// ST-12, ST-26
t.test('redirects a directory without a slash, with the query', async (t) => {
  const app = Application({ routes: [Mount('/html', files(t, { html: true }))] })
  await using client = await testClient(app, { followRedirects: false })

  const response = await client.get('/html/dir?a=1&b=c%20d')
  t.equal(response.status, 307)
  t.equal(response.headers.get('location'), 'http://testserver/html/dir/?a=1&b=c%20d')
  t.equal(await (await client.get('/html/dir/')).text(), '<h1>Dir</h1>')
  t.equal((await client.get('/html')).headers.get('location'), 'http://testserver/html/')
  t.equal(await (await client.get('/html/')).text(), '<h1>Index</h1>')
})

// ST-23
t.test('a mount has a name, which gives its URLs', async (t) => {
  const app = Application({
    routes: [
      Mount('/static', files(t), { name: 'static' }),
      Route('/url', (request) => {
        const url = request.urlFor('static', { path: '/hé llo.txt' })
        return new JSONResponse(url.href)
      }),
    ],
  })
  await using client = await testClient(app)

  const href = await (await client.get('/url')).json()
  t.equal(href, 'http://testserver/static/h%C3%A9%20llo.txt')
  t.equal(await (await client.get(String(href))).text(), 'accent')
})

t.test('works in a host, and in nested mounts', async (t) => {
  const site = files(t, { html: true })
  const app = Router([Host('docs.example.org', site), Mount('/a', Router([Mount('/{b}', site)]))])
  await using client = await testClient(app)

  t.equal(await (await client.get('http://docs.example.org/dir/')).text(), '<h1>Dir</h1>')
  t.equal(await (await client.get('/a/b/example.txt')).text(), 'content')
  t.equal((await client.get('/a/b/nope.txt')).status, 404)
})

t.test('its responses pass through the middleware and handlers around it', async (t) => {
  const marking = httpMiddleware(async (request, next) => {
    const response = await next(request)
    response.headers.set('x-marked', '1')
    return response
  })
  const app = Application({
    routes: [Mount('/static', files(t), { middleware: [marking] })],
    exceptionHandlers: [
      [404, () => new JSONResponse('custom 404', { status: 404 })],
      [405, () => new JSONResponse('custom 405', { status: 405 })],
    ],
  })
  await using client = await testClient(app)

  const missing = await client.get('/static/nope')
  t.same([missing.status, await missing.json()], [404, 'custom 404'])
  t.equal(missing.headers.get('x-marked'), '1')
  t.equal(await (await client.post('/static/example.txt')).json(), 'custom 405')
  const head = await client.head('/static/example.txt') // ST-22
  t.equal(head.headers.get('content-length'), '7')
  t.equal(head.headers.get('x-marked'), '1')
})

t.test('a single-page application has one page for all its paths', async (t) => {
  const app = Application({
    routes: [
      Route('/api/ping', () => new JSONResponse('pong')),
      Mount('/', files(t, { html: true, fallback: 'index.html' })),
    ],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/api/ping')).json(), 'pong')
  t.equal(await (await client.get('/users/7?tab=1')).text(), '<h1>Index</h1>')
  t.equal((await client.get('/assets/missing.js')).status, 404)
})

t.test('errors of the file system are bugs', async (t) => {
  const root = folder(t)
  const app = StaticFiles({ directory: path.join(root, 'later'), checkDir: false })

  // ST-2
  await t.rejects(get(app, '/example.txt'), /the directory does not exist/)
})

// ST-10
t.test('links out of the directory are followed only with followSymlink', async (t) => {
  const root = folder(t)
  symlinkSync('../.env', path.join(root, 'dir', 'link.txt'))
  const directory = path.join(root, 'dir')

  t.equal((await get(StaticFiles({ directory }), '/link.txt')).status, 404)
  const { text } = await get(StaticFiles({ directory, followSymlink: true }), '/link.txt')
  t.equal(text, 'SECRET=1')
})

t.test('serves over a socket: small and large files, ranges, 304', async (t) => {
  const { talk } = await listening(t, files(t))
  const ask = (target: string, ...fields: string[]): Promise<string> =>
    talk(request(`GET ${target}`, ['connection: close', ...fields]))

  const small = await ask('/h%C3%A9%20llo.txt')
  t.same([statuses(small), bodyOf(small)], [[200], 'accent'])
  const large = await ask('/large.bin')
  t.same([statuses(large), bodyOf(large) === LARGE], [[200], true])
  const part = await ask('/large.bin', 'range: bytes=999990-')
  t.same([statuses(part), bodyOf(part)], [[206], '0123456789'])
  const tag = /\r\netag: (.*)\r\n/.exec(large)?.[1]
  const same = await ask('/large.bin', `if-none-match: ${tag}`)
  t.same([statuses(same), bodyOf(same)], [[304], ''])
  t.notMatch(same, /content-length|content-type/i)
})

t.test('a modification time in the future is not sent (RFC 9110 section 8.8.2.1)', async (t) => {
  const root = folder(t)
  const future = Date.now() / 1000 + 86_400
  utimesSync(path.join(root, 'example.txt'), future, future)
  utimesSync(path.join(root, 'large.bin'), future, future)
  for (const cache of [undefined, false] as const) {
    const app = StaticFiles({ directory: root, ...(cache === false && { cache }) })
    for (const name of ['/example.txt', '/large.bin']) {
      const { headers } = await get(app, name)
      const told = Date.parse(headers.get('last-modified') ?? '')
      t.ok(told <= Date.now() && told > Date.now() - 60_000, `${name} ${cache}`)
    }
  }
})

for (const file of ['/proc/sys/kernel/ostype', '/sys/kernel/cpu_byteorder']) {
  t.test(`${file}, whose size is unknown, is sent with its content`, (t) => generated(t, file))
}

async function generated(t: Test, file: string): Promise<void> {
  if (!existsSync(file)) return void t.comment('this system has none')
  for (const cache of [undefined, false] as const) {
    const app = StaticFiles({ directory: path.dirname(file), ...(cache === false && { cache }) })
    const name = `/${path.basename(file)}`
    const expected = readFileSync(file, 'utf8')
    const { status, text, headers } = await get(app, name)
    t.same([status, text], [200, expected])
    t.equal(headers.get('content-length'), String(expected.length))
    const head = await get(app, name, 'HEAD')
    t.equal(head.headers.get('content-length'), String(expected.length))
    t.equal(head.headers.get('etag'), headers.get('etag'))
  }
}

t.test('files are downloads if the option says so', async (t) => {
  const dispositionOf = async (name: string, attachment: StaticFilesOptions['attachment']) => {
    const options = attachment === undefined ? {} : { attachment }
    return (await get(files(t, options), name)).headers.get('content-disposition')
  }

  t.equal(await dispositionOf('/dir/inner.txt', undefined), null)
  t.equal(await dispositionOf('/dir/inner.txt', false), null)
  t.equal(await dispositionOf('/dir/inner.txt', true), 'attachment; filename="inner.txt"')
  const inDir = (name: string): boolean => name.startsWith('dir/')
  t.equal(await dispositionOf('/dir/inner.txt', inDir), 'attachment; filename="inner.txt"')
  t.equal(await dispositionOf('/example.txt', inDir), null)
  t.throws(() => files(t, { attachment: 'yes' as never }), /attachment must be a boolean or a fun/)
})
