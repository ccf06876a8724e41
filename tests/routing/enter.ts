import t from 'tap'
import { addParams, enter, type Match, routePath } from '../../lib/routing/entry.ts'
import { parsePath } from '../../lib/routing/path.ts'
import { entryOf } from '../support/entries.ts'
import { httpScope } from '../support/scopes.ts'

// RT-36 and the recorded results of get_route_path.
const ROUTE_PATHS: readonly (readonly [path: string, rootPath: string, result: string])[] = [
  ['/foo/bar', '', '/foo/bar'],
  ['/foo/bar', '/foo', '/bar'],
  ['/foo/', '/foo', '/'],
  ['/foo', '/foo', ''],
  ['/foo//x', '/foo', '//x'],
  ['/foo-123/bar', '/foo', '/foo-123/bar'],
  ['/bar', '/foo', '/bar'],
  ['/foo/x', '/foo/', '/foo/x'],
]

for (const [path, rootPath, result] of ROUTE_PATHS) {
  t.test(`the route path of ${path} under "${rootPath}" is "${result}"`, async (t) => {
    t.equal(routePath(httpScope({ path, rootPath })), result)
  })
}

const matchOf = (entry: Match['entry'], values: unknown[], rest: number): Match => ({
  entry,
  order: 0,
  values,
  rest,
})

// RT-31
t.test('writes route, endpoint and parameters into the scope', async (t) => {
  const scope = httpScope({ path: '/a/7' })
  const entry = entryOf('/a/{id:int}')

  enter(scope, matchOf(entry, [7], 4), '/a/7')

  t.equal(scope.route, entry.route)
  t.equal(scope.endpoint, entry.endpoint)
  t.same(scope.pathParams, { id: 7 })
  t.equal(scope.rootPath, '')
  t.equal(scope.appRootPath, undefined)
})

// RT-34, RT-35
t.test('a mount moves the root path forward and keeps the outermost', async (t) => {
  const scope = httpScope({ path: '/proxy/a/b/c', rootPath: '/proxy' })

  enter(scope, matchOf(entryOf('/a', { prefix: true }), [], 2), '/a/b/c')
  enter(scope, matchOf(entryOf('/b', { prefix: true }), [], 2), '/b/c')

  t.equal(scope.path, '/proxy/a/b/c')
  t.equal(scope.rootPath, '/proxy/a/b')
  t.equal(scope.appRootPath, '/proxy')
})

t.test('mounts are stored in the scope as written, too', async (t) => {
  const scope = httpScope({ path: '/proxy/acme/b/c', rootPath: '/proxy' })

  enter(scope, matchOf(entryOf('/{tenant}', { prefix: true }), ['acme'], 5), '/acme/b/c')
  enter(scope, matchOf(entryOf('/b', { prefix: true }), [], 2), '/b/c')
  enter(scope, matchOf(entryOf('/c'), [], 2), '/c')

  t.equal(scope.mountPath, '/{tenant}/b')
})

// RT-30
t.test('inner parameters are added to outer ones, and override them', async (t) => {
  const outer = { id: 'outer', tenant: 'a' }
  const scope = httpScope({ pathParams: outer })

  addParams(scope, parsePath('/{id:int}/{name}', 'Route'), [7, 'x'])

  t.same(scope.pathParams, { id: 7, tenant: 'a', name: 'x' })
  t.same(outer, { id: 'outer', tenant: 'a' }, 'which a copy of the scope may share')
})

t.test('a missing optional parameter has no key', async (t) => {
  const scope = httpScope()

  addParams(scope, parsePath('/:a/:b?', 'Route'), ['x', undefined])

  t.strictSame(scope.pathParams, { a: 'x' })
  t.notOk('b' in (scope.pathParams ?? {}))
})
