import t from 'tap'
import { Annotations } from '../../../lib/authoring/httpmiddleware/annotations.ts'
import type { App } from '../../../lib/types.ts'
import { httpScope } from '../../support/scopes.ts'

const app: App = async () => {}

t.test('shows in the middleware the keys that routing of the inner app added', async (t) => {
  const outer = httpScope({ pathParams: { tenant: 'a' } })
  const inner = { ...outer, rootPath: '/v1', pathParams: { tenant: 'a', id: 7 }, route: app }

  new Annotations(outer).take(inner)

  t.equal(outer.rootPath, '/v1')
  t.same(outer.pathParams, { tenant: 'a', id: 7 })
  t.equal(outer.route, app)
  t.equal('endpoint' in outer, false, 'what was not found is not written')
})

t.test('shows every changed key, except the one that the middleware creates', async (t) => {
  const onDisconnect = (): void => {}
  const outer = httpScope({ onDisconnect })
  const inner = { ...outer, maxBodySize: 1, 'acme.tenant': 'a', onDisconnect: (): void => {} }
  new Annotations(outer).take(inner)

  t.match(outer, { maxBodySize: 1, 'acme.tenant': 'a' })
  t.equal(outer.onDisconnect, onDisconnect)
})

t.test('shows the user that an inner middleware authenticated', async (t) => {
  const outer = httpScope()
  const user = { isAuthenticated: true, displayName: 'ada' }
  const auth = { scopes: ['a'] }

  new Annotations(outer).take({ ...outer, user, auth, mountPath: '/a' })

  t.equal(outer.user, user)
  t.equal(outer.auth, auth)
  t.equal(outer.mountPath, '/a')
})

t.test('removes all keys but the state afterwards', async (t) => {
  const outer = httpScope({ rootPath: '/api', app })
  const annotations = new Annotations(outer)
  const state = { user: 'ada' }
  const found = { rootPath: '/api/v1', appRootPath: '/api', endpoint: app, route: app, state }
  annotations.take({ ...outer, ...found, app: async () => {} })

  annotations.restore()

  t.equal(outer.rootPath, '/api')
  t.equal(outer.app, app)
  for (const key of ['appRootPath', 'endpoint', 'route']) t.equal(key in outer, false, key)
  t.equal(outer.state, state)
})

t.test('does not remove a key that was changed since', async (t) => {
  const outer = httpScope()
  const annotations = new Annotations(outer)
  annotations.take({ ...outer, pathParams: { id: 7 } })
  outer.pathParams = { id: 8 }

  annotations.restore()

  t.same(outer.pathParams, { id: 8 })
})

t.test('removes nothing before routing has matched', async (t) => {
  const outer = httpScope({ rootPath: '/api' })
  new Annotations(outer).restore()

  t.equal(outer.rootPath, '/api')
})
