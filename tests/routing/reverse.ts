import fc from 'fast-check'
import t from 'tap'
import { registerConvertor } from '../../lib/convertors.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Host } from '../../lib/routing/host.ts'
import { Mount } from '../../lib/routing/mount.ts'
import { isRoutable, NoMatchFound, urlPathFor } from '../../lib/routing/reverse.ts'
import { Route } from '../../lib/routing/route.ts'
import { Router } from '../../lib/routing/router.ts'
import { WebSocketRoute } from '../../lib/routing/websocketroute.ts'
import type { App } from '../../lib/types.ts'

const ok = (): PlainTextResponse => new PlainTextResponse('ok')
const named = (path: string, name: string): Route => Route(path, ok, { name })
const anyApp: App = async () => {}

registerConvertor('reversed', {
  pattern: /[a-z]+/,
  convert: (text) => [...text].reverse().join(''),
  toText: (value) => [...String(value)].reverse().join(''),
})

const routes = [
  named('/', 'home'),
  named('/users/{id:int}', 'user'),
  named('/users/{name}/{page:int}', 'user'),
  named('/price/{value:float}', 'price'),
  named('/key/{key:uuid}', 'key'),
  named('/files/{rest:path}', 'files'),
  named('/text/{a}-{b}', 'pair'),
  named('/.{dot}/x', 'dot'),
  named('/own/{x:reversed}', 'own'),
  named('/:a?/:b?', 'optional'),
  named('/wild/*', 'wild'),
  named('/a b/é', 'literal'),
  WebSocketRoute('/chat/{room}', () => {}, { name: 'chat' }),
  Mount('/unnamed', Router([named('/inner', 'inner'), named('/second', 'home')])),
  Mount('/static', anyApp, { name: 'static' }),
  Mount(
    '/m',
    Router([named('/', 'root'), Mount('/n/{n}', Router([named('/{x}', 'deep')]), { name: 'n' })]),
    { name: 'm' },
  ),
]

const pathOf = (target: unknown, params = {}): string => urlPathFor(routes, target, params).path

// RT-58, RT-60, RT-63
const FOUND: readonly (readonly [name: string, params: object, path: string])[] = [
  ['home', {}, '/'],
  ['user', { id: 7 }, '/users/7'],
  ['user', { id: '7' }, '/users/7'],
  ['user', { name: 'ada', page: 2 }, '/users/ada/2'],
  ['price', { value: 0.1 }, '/price/0.1'], // RT-84, cv-023
  ['price', { value: 1e21 }, '/price/1000000000000000000000'],
  ['price', { value: 1e-7 }, '/price/0.0000001'],
  ['key', { key: 'EC38DF32CEDA4CFA9B4A1AEB94AD551A' }, '/key/ec38df32-ceda-4cfa-9b4a-1aeb94ad551a'],
  ['files', { rest: '' }, '/files/'],
  ['files', { rest: 'a/b' }, '/files/a/b'],
  ['files', { rest: '/a' }, '/files//a'],
  ['own', { x: 'abc' }, '/own/cba'],
  ['optional', {}, '/'],
  ['optional', { a: 'x' }, '/x'],
  ['optional', { a: 'x', b: undefined }, '/x'],
  ['optional', { a: 'x', b: 'y' }, '/x/y'],
  ['wild', { '*': 'a/b' }, '/wild/a/b'],
  ['inner', {}, '/unnamed/inner'],
  ['m:root', {}, '/m/'],
  ['m:n:deep', { n: 'a', x: 'b' }, '/m/n/a/b'],
  // RT-62: a mount by its name, with a path
  ['static', { path: 'x/y' }, '/static/x/y'],
  ['static', { path: '/x' }, '/static/x'],
  ['static', { path: '' }, '/static/'],
  ['m:n', { n: 'a', path: '/x' }, '/m/n/a/x'],
  // RT-61 as uf-011 and uf-050 want it: values are percent-encoded.
  ['user', { name: 'a b?#%', page: 1 }, '/users/a%20b%3F%23%25/1'],
  ['files', { rest: 'é/ü?' }, '/files/%C3%A9/%C3%BC%3F'],
  ['static', { path: 'css/x y.css' }, '/static/css/x%20y.css'],
  ['literal', {}, '/a%20b/%C3%A9'],
  // A dot segment would climb out of its folder, however it is encoded.
  ['files', { rest: '../secret' }, '/files/%252e%252e/secret'],
  ['files', { rest: '..' }, '/files/%252e%252e'],
  ['static', { path: '../admin' }, '/static/%252e%252e/admin'],
  ['user', { name: '..', page: 1 }, '/users/%252e%252e/1'],
  ['m:n:deep', { n: '..', x: '.' }, '/m/n/%252e%252e/%252e'],
  ['dot', { dot: '.' }, '/%252e%252e/x'],
  ['dot', { dot: 'well-known' }, '/.well-known/x'],
  ['pair', { a: '..', b: '.' }, '/text/..-.'],
]

for (const [name, params, path] of FOUND) {
  t.test(`${name} with ${JSON.stringify(params)} is ${path}`, async (t) => {
    t.equal(pathOf(name, params), path)
    t.equal(new URL(path, 'http://testserver').pathname, path, 'and stays so in a URL')
  })
}

// RT-58, RT-62, RT-63
const MISSING: readonly (readonly [name: string, params: object])[] = [
  ['nope', {}],
  ['user', {}],
  ['user', { id: 7, extra: 1 }],
  ['user', { id: undefined }],
  ['static', {}],
  ['static', { path: 'a', extra: 1 }],
  ['static:x', {}], // RT-40
  ['root', {}],
  ['m:n:deep', { x: 'b' }],
  ['m:n:deep', { n: undefined, x: 'b' }],
  ['m:n:deep', { n: 'a' }],
  ['m:nope', {}],
  ['', {}],
]

for (const [name, params] of MISSING) {
  t.test(`"${name}" with ${JSON.stringify(params)} is not found`, async (t) => {
    t.throws(() => pathOf(name, params), NoMatchFound)
  })
}

// RT-59
t.test('an error shows the name, the parameters, and similar names', async (t) => {
  const users = [
    Mount('/users', Router([named('/{id:int}', 'detail'), named('/', 'list')]), { name: 'users' }),
  ]
  const message = (name: string, params = {}): string => {
    try {
      urlPathFor(users, name, params)
      return ''
    } catch (error) {
      return error instanceof NoMatchFound ? error.message : String(error)
    }
  }

  t.equal(message('x', { a: 1, b: 2 }), 'No route exists for name "x" and params "a, b".')
  t.equal(
    message('user:detail', { id: 1 }),
    'No route exists for name "user:detail" and params "id".\nDid you mean "users:detail" with { id }?',
  )
  t.equal(
    message('users:detail'),
    'No route exists for name "users:detail" and params "".\nDid you mean "users:detail" with { id }?',
  )
  t.throws(() => urlPathFor(users, 'nope', {}), {
    name: 'NoMatchFound',
    candidates: ['"users:detail" with { id }', '"users:list"'],
  })
})

// RT-60
const REFUSED: readonly (readonly [name: string, params: object, message: RegExp])[] = [
  ['user', { id: -1 }, /^convertor "int": the value must be .*, -1 was given\./],
  ['user', { id: 1.5 }, /^convertor "int"/],
  ['user', { name: 'a/b', page: 1 }, /^convertor "str": .*"a\/b" was given/],
  ['user', { name: '', page: 1 }, /^convertor "str"/],
  ['price', { value: -1 }, /^convertor "float"/],
  ['price', { value: Number.NaN }, /^convertor "float"/],
  ['price', { value: Number.POSITIVE_INFINITY }, /^convertor "float"/],
  ['own', { x: 'ABC' }, /^convertor "reversed"/],
]

for (const [name, params, message] of REFUSED) {
  t.test(`${name} cannot be written with ${Object.values(params).join()}`, async (t) => {
    t.throws(() => pathOf(name, params), { name: 'TypeError', message })
  })
}

// RT-80
t.test('the first route of a name counts, also inside unnamed mounts', async (t) => {
  const inside = Mount('/a', Router([named('/x', 'twice')]))

  t.equal(urlPathFor([inside, named('/y', 'twice')], 'twice', {}).path, '/a/x')
  t.equal(urlPathFor([named('/y', 'twice'), inside], 'twice', {}).path, '/y')
})

// RT-67
t.test('distinguishes http, websockets, and names that may be either', async (t) => {
  t.equal(urlPathFor(routes, 'home', {}).protocol, 'http')
  t.equal(urlPathFor(routes, 'chat', { room: 'a' }).protocol, 'websocket')
  t.equal(urlPathFor(routes, 'static', { path: '' }).protocol, '')
})

t.test('finds a given route at any place, with any name', async (t) => {
  const route = Route('/{id:int}', ok)
  const mount = Mount('/{tenant}', Router([Mount('/m', Router([route]), { name: 'm' })]))

  t.equal(urlPathFor([mount], route, { tenant: 'a', id: 7 }).path, '/a/m/7')
  t.equal(urlPathFor([mount], mount, { tenant: 'a', path: 'x' }).path, '/a/x')
  t.throws(() => urlPathFor([mount], Route('/z', ok), {}), {
    message: /^No route exists for name "a route "\/z" outside" and params ""\./,
  })
  t.throws(() => urlPathFor([mount], undefined, {}), NoMatchFound)
})

const hosts = [
  Host('api.example.org', Router([named('/users', 'users')]), { name: 'api' }),
  Host('port.example.org:3600', Router([named('/', 'home')]), { name: 'port' }),
  Host('{sub}.example.org', Router([named('/', 'home'), named('/p/{x:int}', 'p')]), {
    name: 'sub',
  }),
  Host('other.example.org', Router([named('/', 'other')])),
]

// RT-64, RT-65, RT-79
const ON_HOSTS: readonly (readonly [name: string, params: Record<string, unknown>, url: string])[] =
  [
    ['api:users', {}, 'http://api.example.org/users'],
    ['port:home', {}, 'http://port.example.org:3600/'],
    ['sub:home', { sub: 'foo' }, 'http://foo.example.org/'],
    ['sub:p', { sub: 'a.b', x: 3 }, 'http://a.b.example.org/p/3'],
    ['sub', { sub: 'foo', path: '/any/where' }, 'http://foo.example.org/any/where'],
    ['other', {}, 'http://other.example.org/'],
  ]

for (const [name, params, url] of ON_HOSTS) {
  t.test(`${name} with ${JSON.stringify(params)} is ${url}`, async (t) => {
    t.equal(urlPathFor(hosts, name, params).absolute('http://testserver').href, url)
  })
}

t.test('a host needs exactly its parameters', async (t) => {
  for (const [name, params] of [
    ['users', {}],
    ['sub:home', {}],
    ['sub', { sub: 'foo' }],
    ['sub', { sub: 'foo', path: 'x', extra: 1 }],
    ['num:home', { n: 5 }],
  ] as const) {
    t.throws(() => urlPathFor(hosts, name, { ...params }), NoMatchFound)
  }
  t.equal(urlPathFor(hosts, hosts[2], { sub: 'a', path: '' }).host, 'a.example.org')
})

t.test('a parameter of a host cannot name another host', async (t) => {
  for (const sub of [
    'evil.org#',
    'evil.org?',
    'evil.org\\',
    'me@evil.org:80',
    'evil.org:1',
    'a b',
  ]) {
    t.throws(() => urlPathFor(hosts, 'sub:home', { sub }), {
      name: 'TypeError',
      message: /^urlPathFor: the parameters of a host must make a host name, ".*" was given\./,
    })
  }
})

t.test('distinguishes routes from other apps', async (t) => {
  t.equal(isRoutable(named('/', 'home')), true)
  t.equal(isRoutable(hosts[0]), true)
  t.equal(isRoutable(Router([])), false)
  t.equal(isRoutable(anyApp), false)
  t.equal(isRoutable({ kind: 'route' }), false)
  t.throws(() => urlPathFor([anyApp, Router([])], 'home', {}), NoMatchFound)
})

t.test('written paths are read back as the same values', async (t) => {
  const route = named('/{a}/{n:int}/{f:float}/{rest:path}', 'all')
  const wanted = fc.record({
    // A dot segment and half a character cannot be written in a URL.
    a: fc.string({ minLength: 1 }).filter((text) => !/^\.\.?$|\//.test(text)),
    n: fc.nat(),
    f: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }).map(Math.abs),
    rest: fc.string().filter((text) => !/(^|\/)\.\.?(\/|$)|\n/.test(text)),
  })
  fc.assert(
    fc.property(wanted, (params) => {
      const url = urlPathFor([route], 'all', params).absolute('http://testserver')
      const scope = { pathParams: undefined as unknown }
      const text = decodeURIComponent(url.pathname)
      const values = /^\/([^/]+)\/([0-9]+)\/([0-9.]+)\/(.*)$/s.exec(text)?.slice(1)
      scope.pathParams = values && [values[0], Number(values[1]), Number(values[2]), values[3]]
      t.strictSame(scope.pathParams, [params.a, params.n, params.f, params.rest])
    }),
    { numRuns: 200 },
  )
})
