import t from 'tap'
import { checkScope, isOffered, offersOf } from '../../../lib/testing/lint/scopes.ts'
import { httpScope, lifespanScope, websocketScope } from '../../support/scopes.ts'

const app = async (): Promise<void> => {}

t.test('a scope must be an object with a type', async (t) => {
  for (const scope of [undefined, null, 'http', {}, { type: 1 }]) {
    t.throws(() => checkScope(scope), /^lint: the scope must be an object with a "type", .* given/)
  }
})

t.test('scopes of unknown types pass, whatever they hold', async (t) => {
  t.doesNotThrow(() => checkScope({ type: 'webtransport', path: 7 }))
  t.doesNotThrow(() => checkScope({ type: 'toString' }))
})

t.test('complete scopes pass, and so do unknown keys', async (t) => {
  t.doesNotThrow(() => checkScope(httpScope()))
  t.doesNotThrow(() => checkScope(websocketScope()))
  t.doesNotThrow(() => checkScope(lifespanScope()))
  t.doesNotThrow(() => checkScope({ type: 'lifespan', asgi: lifespanScope().asgi }))
  t.doesNotThrow(() => checkScope({ ...httpScope(), 'my.key': Symbol('any'), signal: null }))
})

t.test('keys that routing and middleware add to a scope pass', async (t) => {
  const annotated = {
    ...httpScope({ path: '*', rawPath: '*', method: 'M-SEARCH', scheme: 'https' }),
    rootPath: '/proxy',
    queryString: '?a=%20&b[]=1',
    client: null,
    server: { host: '/run/app.sock', port: null },
    state: { db: 1 },
    extensions: { 'http.response.trailers': {}, 'http.response.debug': undefined, mine: true },
    appRootPath: '',
    app,
    router: app,
    route: app,
    endpoint: 7,
    pathParams: {},
    exceptionHandlers: 7,
    maxBodySize: Number.POSITIVE_INFINITY,
    bodyLimit: { maxSize: Number.POSITIVE_INFINITY },
    mountPath: '/{tenant}',
    user: { isAuthenticated: true, displayName: 'ada' },
    auth: { scopes: ['a'] },
    onDisconnect: () => {},
  }

  t.doesNotThrow(() => checkScope(annotated))
  t.doesNotThrow(() => checkScope(httpScope({ server: null, httpVersion: '2' })))
  t.doesNotThrow(() => checkScope(httpScope({ state: undefined, pathParams: undefined })))
})

const FAULTS: [key: string, wrong: unknown[], must: RegExp][] = [
  ['asgi', [undefined, '3.0', { version: '2.0', specVersion: '2.5' }, { version: '3.0' }], /3\.0/],
  ['httpVersion', [undefined, '2.0', 1.1, '3', '0.9'], /"1\.0" or "1\.1" or "2", .* was given/],
  ['path', [undefined, null, new URL('http://a/')], /text/],
  ['rawPath', [undefined, null, '/é', '/a b', '/\n'], /raw text in visible ASCII/],
  ['rawPath', ['/a?b'], /the path without its query, "\/a\?b" was given/],
  ['queryString', [undefined, null, 'é', 'a b', new URLSearchParams()], /visible ASCII/],
  ['rootPath', [undefined, null, 1], /text/],
  ['headers', [undefined, {}, new Headers()], /flat list/],
  ['headers', [['Host', 'x']], /lower-case names, "Host" was given/],
  ['client', [undefined, ['1.1.1.1', 80], { host: '1.1.1.1' }, { host: 'a', port: '80' }], /null/],
  ['client', [{ host: 'a', port: null }, { host: 'a', port: 65_536 }, { port: 1 }], /port: number/],
  ['server', [undefined, ['a', 80], { host: 'a' }, { host: 'a', port: -1 }], /number or null/],
  ['state', [null, [], 'x'], /object of names and values/],
  ['extensions', [null, [], 'x'], /object of names and values/],
  ['appRootPath', [null, 1], /text/],
  ['app', [null, {}], /function/],
  ['router', [null, {}], /function/],
  ['route', [null, {}], /function/],
  ['pathParams', [null, []], /object/],
  ['maxBodySize', [null, '10', -1, Number.NaN], /number of bytes/],
  ['bodyLimit', [null, 10, {}, { maxSize: '10' }, { maxSize: -1 }], /object with a maxSize/],
  ['user', [null, 'ada', {}, { isAuthenticated: true }], /isAuthenticated: boolean/],
  ['auth', [null, {}, { scopes: 'a' }, { scopes: [1] }], /scopes: a list of texts/],
]

t.test('reports missing or wrong keys of both connection scopes', async (t) => {
  for (const scope of [httpScope(), websocketScope()]) {
    for (const [key, wrong, must] of FAULTS) {
      for (const value of wrong) {
        const check = () => checkScope({ ...scope, [key]: value })

        t.throws(check, { message: new RegExp(`^lint: the ${scope.type} scope: "${key}" `) })
        t.throws(check, { message: must })
        t.throws(check, { message: /Servers make scopes|Write|Push/ })
      }
    }
  }
})

t.test('reports keys of one scope type only', async (t) => {
  const cases: [object, RegExp][] = [
    [
      { ...httpScope(), method: 'get' },
      /http scope: "method" must be a method in upper case, "get"/,
    ],
    [{ ...httpScope(), method: '' }, /"method"/],
    [{ ...httpScope(), method: undefined }, /"method"/],
    [{ ...httpScope(), scheme: 'ws' }, /"scheme" must be "http" or "https", "ws" was given/],
    [{ ...httpScope(), scheme: '' }, /"scheme"/],
    [{ ...httpScope(), scheme: ['http'] }, /"scheme"/],
    [{ ...httpScope(), onDisconnect: true }, /"onDisconnect" must be a function, true was given/],
    [{ ...websocketScope(), scheme: 'http' }, /"scheme" must be "ws" or "wss", "http" was given/],
    [{ ...websocketScope(), subprotocols: undefined }, /websocket scope: "subprotocols" must be/],
    [{ ...websocketScope(), subprotocols: 'a, b' }, /"subprotocols" must be a list of texts/],
    [{ ...websocketScope(), subprotocols: [1] }, /"subprotocols"/],
    [
      { ...websocketScope(), subprotocols: ['a b'] },
      /"subprotocols" must be a list of different to/,
    ],
    [{ ...websocketScope(), subprotocols: ['a', 'a'] }, /The server refuses handshakes that offer/],
    [
      { ...websocketScope(), onDisconnect: 1 },
      /websocket scope: "onDisconnect" must be a function/,
    ],
    [{ type: 'lifespan' }, /lifespan scope: "asgi"/],
    [{ ...lifespanScope(), state: null }, /lifespan scope: "state" must be an object/],
  ]

  for (const [scope, fault] of cases) t.throws(() => checkScope(scope), { message: fault })
})

t.test('an extension of the contract is an object', async (t) => {
  const scope = { ...httpScope(), extensions: { 'http.response.trailers': true } }

  t.throws(() => checkScope(scope), {
    message: /http scope's extensions: "http\.response\.trailers" must be an object/,
  })
})

t.test('offers are the existing extensions', async (t) => {
  const extensions = { 'http.response.trailers': {}, mine: true, gone: undefined }
  const offers = offersOf(httpScope({ extensions }))

  t.same(offers, ['http.response.trailers', 'mine'])
  t.same(offersOf(httpScope()), [])
  t.same(offersOf(lifespanScope()), [])
  t.ok(isOffered('mine', offers))
  t.ok(isOffered('mine.start', offers))
  t.notOk(isOffered('mines', offers))
})
