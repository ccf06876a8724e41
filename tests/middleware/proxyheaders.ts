import t from 'tap'
import { chain } from '../../lib/internal/apps.ts'
import { type ProxyHeadersOptions, proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertUntouched } from '../support/untouched.ts'

const TRUSTED = { trusted: ['loopback', '10.0.0.0/8'] }
const EVERYTHING = { ...TRUSTED, host: true, port: true, prefix: true }

const telling: App = async (scope, receive, send) => {
  if (scope.type === 'lifespan') return
  const { client, scheme, path, rawPath, rootPath } = scope
  const url = scope.type === 'http' ? new Request(scope).url.href : ''
  const facts = { client, scheme, path, rawPath, rootPath, url }
  await new JSONResponse(facts).respond(scope, receive, send)
}

/** What the app sees of a request with these fields, or the text of the refusal. */
async function seen(
  options: ProxyHeadersOptions,
  fields: Readonly<Record<string, string>>,
  scope: Partial<HTTPScope> = {},
): Promise<unknown> {
  const app = chain(lint(), proxyHeaders(options), lint())(telling)
  const headers = ['host', 'inner:8000', ...Object.entries(fields).flat()]
  const { status, text } = responseOf(await call(app, httpScope({ headers, ...scope })))
  return status === 200 ? JSON.parse(text) : `${status} ${text}`
}

t.test('client and scheme are read from fields of a trusted proxy', async (t) => {
  const fields = { 'x-forwarded-for': '6.6.6.6, 1.1.1.1', 'x-forwarded-proto': 'https' }

  t.same(await seen(TRUSTED, fields), {
    client: { host: '1.1.1.1', port: 0 },
    scheme: 'https',
    path: '/',
    rawPath: '/',
    rootPath: '',
    url: 'https://inner:8000/',
  })
})

const FIELDS = {
  'x-forwarded-for': '1.1.1.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'outer.test',
  'x-forwarded-port': '8443',
  'x-forwarded-prefix': '/app',
  forwarded: 'for=2.2.2.2;proto=https;host=other.test',
}

t.test('the zone of a link-local address is not compared', async (t) => {
  const client = { host: 'fe80::2%eth0', port: 7 }
  const told = (fields: Readonly<Record<string, string>>, forwarded = false) =>
    seen({ trusted: ['linklocal'], forwarded }, fields, { client })

  t.match(await told({ 'x-forwarded-for': '192.0.2.1' }), { client: { host: '192.0.2.1' } })
  t.match(await told({ 'x-forwarded-for': 'fe80::1%eth1' }), { client: { host: 'fe80::1' } })
  t.match(await told({ forwarded: 'for="[fe80::1%eth1]"' }, true), { client: { host: 'fe80::1' } })
})

t.test('untrusted peers are ignored', async (t) => {
  for (const host of ['192.0.2.1', '2001:db8::1', 'testclient', '']) {
    const client = { host, port: 7 }
    t.match(await seen(EVERYTHING, FIELDS, { client }), {
      client,
      scheme: 'http',
      url: 'http://inner:8000/',
    })
  }
  t.match(await seen(EVERYTHING, FIELDS, { client: null }), { client: null, scheme: 'http' })
})

t.test('peers on a unix socket are trusted if `unix` is listed', async (t) => {
  const options = { trusted: ['unix'] }

  t.match(await seen(options, FIELDS, { client: null }), { client: { host: '1.1.1.1' } })
  t.match(await seen(options, FIELDS), { client: { host: '127.0.0.1' } })
})

t.test('a hidden client is not trusted by inner middleware', async (t) => {
  const fields = { 'x-forwarded-for': '6.6.6.6, unknown' }
  const options = { trusted: ['unix', 'loopback'] }
  const app = chain(proxyHeaders(options), proxyHeaders(options))(telling)
  const scope = httpScope({ client: null, headers: Object.entries(fields).flat() })

  t.match(JSON.parse(responseOf(await call(app, scope)).text), { client: { host: 'unknown' } })
})

t.test('host and prefix are read only on request', async (t) => {
  t.match(await seen(TRUSTED, FIELDS), { rootPath: '', url: 'https://inner:8000/' })
  t.match(await seen({ ...TRUSTED, host: true }, FIELDS), { url: 'https://outer.test/' })
  t.match(await seen({ ...TRUSTED, port: true }, FIELDS), { url: 'https://inner:8443/' })
  t.match(await seen({ ...TRUSTED, proto: false }, FIELDS), { scheme: 'http' })
  t.match(await seen(EVERYTHING, FIELDS, { path: '/x', rawPath: '/x' }), {
    path: '/app/x',
    rawPath: '/app/x',
    rootPath: '/app',
    url: 'https://outer.test:8443/app/x',
  })
})

t.test('a port in the host is used, and a default port is omitted', async (t) => {
  const url = async (host: string, port: string, proto = 'https') => {
    const fields = { 'x-forwarded-proto': proto, 'x-forwarded-port': port }
    const facts = await seen(
      EVERYTHING,
      host === '' ? fields : { ...fields, 'x-forwarded-host': host },
    )
    return (facts as { url: string }).url
  }

  t.equal(await url('a.test:1', '2'), 'https://a.test:1/')
  t.equal(await url('a.test', '443'), 'https://a.test/')
  t.equal(await url('a.test', '80'), 'https://a.test:80/')
  t.equal(await url('[::1]', '80', 'http'), 'http://[::1]/')
  t.equal(await url('[::1]', '81', 'http'), 'http://[::1]:81/')
  t.equal(await url('', '443'), 'https://inner/')
})

t.test('a request without a Host field gets one, if a host was forwarded', async (t) => {
  const headersAfter = async (fields: readonly string[]): Promise<readonly string[]> => {
    const scope = httpScope({ headers: [...fields] })
    await call(proxyHeaders(EVERYTHING)(telling), scope)
    return scope.headers
  }

  const named = ['x-forwarded-host', 'a.test']
  t.same(await headersAfter(named), [...named, 'host', 'a.test'])
  t.same(await headersAfter(['x-forwarded-port', '81']), ['x-forwarded-port', '81'])
})

t.test('the prefix is added before that of the server and of mounts', async (t) => {
  const inner = proxyHeaders(EVERYTHING)(telling)
  const app = Router([Mount('/in', Router([Route('/x', () => inner)]))])
  const headers = ['host', 'a', 'x-forwarded-prefix', '/app']
  const scope = httpScope({ path: '/in/x', rawPath: '/in/x', headers })

  const facts = JSON.parse(responseOf(await call(app, scope)).text)

  t.match(facts, { path: '/app/in/x', rootPath: '/app/in' })
  t.equal(scope.appRootPath, '/app')
  const star = httpScope({ method: 'OPTIONS', path: '*', rawPath: '*', headers })
  await call(proxyHeaders(EVERYTHING)(telling), star)
  t.match(star, { path: '*', rawPath: '*', rootPath: '' })
})

t.test('Forwarded is read on request', async (t) => {
  const options = { ...TRUSTED, forwarded: true, host: true }

  t.match(await seen(options, FIELDS), {
    client: { host: '2.2.2.2', port: 0 },
    url: 'https://other.test/',
  })
})

t.test('malformed fields get 400', async (t) => {
  for (const name of ['For', 'Proto', 'Host', 'Port', 'Prefix']) {
    const text = await seen(EVERYTHING, { [`x-forwarded-${name.toLowerCase()}`]: '<evil>' })
    t.equal(text, `400 The X-Forwarded-${name} header cannot be read.`)
  }
  const options = { ...TRUSTED, forwarded: true }
  t.equal(await seen(options, { forwarded: 'evil' }), '400 The Forwarded header cannot be read.')
})

t.test('a websocket has websocket schemes', async (t) => {
  const headers = ['x-forwarded-proto', 'https', 'x-forwarded-for', '1.1.1.1']
  const scope = websocketScope({ headers })
  const app = chain(lint(), proxyHeaders(TRUSTED), lint())(telling)
  const connect = [{ type: 'websocket.connect' }] as const

  await call(app, scope, connect)
  const [refused] = await call(
    app,
    websocketScope({ headers: ['x-forwarded-for', 'evil'] }),
    connect,
  )

  t.match(scope, { scheme: 'wss', client: { host: '1.1.1.1' } })
  t.match(refused, { type: 'websocket.http.response.start', status: 400 })
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, proxyHeaders(TRUSTED)))

t.test('returns what the app returns', async (t) => {
  const done = Promise.resolve()
  const app = proxyHeaders(TRUSTED)(() => done)
  for (const client of [null, { host: '127.0.0.1', port: 1 }]) {
    t.equal(
      app(
        httpScope({ client }),
        () => new Promise(() => {}),
        async () => {},
      ),
      done,
    )
  }
})

t.test('invalid options throw at once', async (t) => {
  t.throws(() => proxyHeaders({ trusted: [] }), {
    name: 'TypeError',
    message:
      "proxyHeaders: trusted must list your proxies, [] was given. Write trusted: ['loopback'].",
  })
  // @ts-expect-error it must be a list
  t.throws(() => proxyHeaders({ trusted: '10.0.0.1' }), { message: /"10\.0\.0\.1" was given/ })
  t.throws(() => proxyHeaders({ trusted: ['*'] }), {
    message: /^proxyHeaders: trusted: an entry must be an address/,
  })
  for (const name of ['port', 'prefix']) {
    t.throws(() => proxyHeaders({ ...TRUSTED, forwarded: true, [name]: true }), {
      message: new RegExp(`^proxyHeaders: Forwarded has no ${name}, ${name}: true was given`),
    })
  }
})
