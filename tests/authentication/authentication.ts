import t from 'tap'
import {
  AuthenticationError,
  hasScopes,
  identify,
  requireScopes,
  requires,
  SimpleUser,
  UnauthenticatedUser,
} from '../../lib/authentication/authentication.ts'
import { chain } from '../../lib/internal/apps.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse, type Response } from '../../lib/responses.ts'
import { Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, Middleware } from '../../lib/types.ts'
import type { WebSocket } from '../../lib/websockets.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

/** Sets a user with these scopes. */
const as =
  (...scopes: string[]): Middleware =>
  (app) =>
  (scope, receive, send) => {
    if (scope.type === 'http' || scope.type === 'websocket') {
      scope.user = new SimpleUser('ada')
      scope.auth = { scopes }
    }
    return app(scope, receive, send)
  }

const named = ({ user }: Request): Response => new PlainTextResponse(user.displayName)

async function statusOf(app: App, path = '/'): Promise<number> {
  await using client = await testClient(app)
  return (await client.get(path, { followRedirects: false })).status
}

t.test('a simple user is known by a name: MW-AUTH-4', async (t) => {
  const user = new SimpleUser('ada')

  t.equal(user.isAuthenticated, true)
  t.equal(user.displayName, 'ada')
  t.equal(user.username, 'ada')
})

t.test('an unauthenticated user has no name: MW-AUTH-4', async (t) => {
  const user = new UnauthenticatedUser()

  t.equal(user.isAuthenticated, false)
  t.equal(user.displayName, '')
})

t.test('an authentication error has a name and its own message', async (t) => {
  t.match(new AuthenticationError(), {
    name: 'AuthenticationError',
    message: 'The credentials are not valid.',
  })
  t.equal(new AuthenticationError('expired').message, 'expired')
})

t.test('identify', async (t) => {
  t.test('writes user, scopes and claims into the scope', async (t) => {
    const scope = httpScope()
    const user = new SimpleUser('ada')

    identify(scope, { user, scopes: ['a'], claims: { sub: 'ada' } }, 'here')

    t.equal(scope.user, user)
    t.same(scope.auth, { scopes: ['a'], claims: { sub: 'ada' } })
  })

  t.test('null means an unauthenticated user: MW-AUTH-1', async (t) => {
    const scope = httpScope()

    identify(scope, null, 'here')

    t.ok(scope.user instanceof UnauthenticatedUser)
    t.same(scope.auth, { scopes: [] })
  })

  t.test('refuses a value that is not an identity', async (t) => {
    const wrong = [{}, { user: null }, { user: { name: 'ada' } }, true, 'ada']
    for (const identity of wrong) {
      t.throws(
        () => identify(httpScope(), identity as never, 'here'),
        /^here: it must return \{ user, scopes \} or null, .* was given\. Write/,
      )
    }
    t.throws(
      () => identify(httpScope(), { user: new SimpleUser('a'), scopes: 'a' as never }, 'here'),
      /here: it must return/,
    )
  })
})

t.test('all of the scopes are needed: MW-AUTH-5', async (t) => {
  const table: [had: string[], required: string[], enough: boolean][] = [
    [[], ['a'], false],
    [['a'], ['a'], true],
    [['a'], ['a', 'b'], false],
    [['b', 'c', 'a'], ['a', 'b'], true],
    [['ab'], ['a'], false],
  ]
  for (const [scopes, required, enough] of table) t.equal(hasScopes({ scopes }, required), enough)
})

t.test('a guard around a handler: MW-AUTH-6', async (t) => {
  t.test('lets users with all scopes pass, and passes the arguments on', async (t) => {
    const guarded = requires('a')((request: Request, more: number) => [request, more])
    const request = new Request(httpScope({ auth: { scopes: ['a'] } }))

    t.same(guarded(request, 7), [request, 7])
  })

  t.test('keeps the properties of the handler, as its type says', async (t) => {
    const secret = Symbol('secret')
    class Described extends Function {}
    const handler = Object.assign(() => new PlainTextResponse('fine'), {
      summary: 'Shows it',
      [secret]: 7,
    })
    Object.defineProperty(handler, 'live', { get: () => handler.summary })
    Object.setPrototypeOf(handler, Described.prototype)
    const guarded = requires('a')(handler)

    t.equal(guarded.summary, 'Shows it')
    t.equal(guarded[secret], 7)
    t.same([Reflect.get(guarded, 'live'), guarded.length], ['Shows it', handler.length])
    t.ok(guarded instanceof Described)
    t.equal(requires('a')(named).length, named.length)
    t.not(Object.hasOwn(guarded, 'prototype'), true)
  })

  t.test('keeps the name of the handler, by which its route is found', async (t) => {
    t.equal(requires('a')(named).name, 'named')
    t.equal(Route('/', requires('a')(named)).name, 'named')
  })

  t.test('answers others with 403, or the given status', async (t) => {
    t.equal(await statusOf(as('b')(Route('/', requires('a')(named)))), 403)
    t.equal(await statusOf(as('a')(Route('/', requires('a')(named)))), 200)
    t.equal(await statusOf(as('a')(Route('/', requires(['a', 'b'], { status: 404 })(named)))), 404)
  })

  t.test('answers with the given header fields', async (t) => {
    const options = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
    await using client = await testClient(as()(Route('/', requires('a', options)(named))))

    const response = await client.get('/')

    t.equal(response.status, 401)
    t.equal(response.headers.get('www-authenticate'), 'Basic realm="x"')
  })

  t.test('guards one method of a table', async (t) => {
    const app = as()(Route('/', { get: named, delete: requires('a')(named) }))
    await using client = await testClient(app)

    t.equal((await client.get('/')).status, 200)
    t.equal((await client.delete('/')).status, 403)
  })

  t.test('closes the websocket of others before it is accepted: MW-AUTH-8', async (t) => {
    const route = WebSocketRoute(
      '/',
      requires('a', { redirect: 'nowhere', status: 404 })((websocket: WebSocket) =>
        websocket.accept(),
      ),
    )

    const connect = [{ type: 'websocket.connect' } as const]
    t.same(await call(as('b')(route), websocketScope(), connect), [
      { type: 'websocket.close', code: 1000, reason: '' },
    ])
    t.same(await call(as('a')(route), websocketScope(), connect), [{ type: 'websocket.accept' }])
  })

  t.test('an error shows the wrong argument: MW-AUTH-7', async (t) => {
    const guarded = requires('a')(named) as unknown as (first: unknown) => unknown

    t.throws(() => guarded('text'), /with a request or a websocket first, String was/)
    t.throws(() => guarded(null), /first, null was given/)
    t.throws(() => guarded(undefined), /first, undefined was given/)
    t.throws(() => guarded(httpScope()), /first, Object was given\. Put requireScopes\(\) into/)
  })

  t.test('throws if no middleware authenticates the request', async (t) => {
    const message = /^request\.auth: there is no authentication around this app/
    const scope = () => httpScope()

    t.throws(() => requires('a')(named)(new Request(scope())), { message })
    await t.rejects(call(chain(requireScopes('a'))(Route('/', named)), scope()), { message })
  })
})

t.test('a middleware requires scopes', async (t) => {
  const route = Route('/', named)

  t.test('guards a route, a mount and a router', async (t) => {
    const middleware = [requireScopes('a')]
    const apps: [App, string][] = [
      [Route('/', named, { middleware }), '/'],
      [Router([Mount('/x', Router([route]), { middleware })]), '/x/'],
      [chain(requireScopes('a'))(Router([route])), '/'],
    ]
    for (const [app, path] of apps) {
      t.equal(await statusOf(as()(app), path), 403)
      t.equal(await statusOf(as('a')(app), path), 200)
    }
  })

  t.test('refuses websockets by closing them', async (t) => {
    const guarded = chain(requireScopes('a'))(
      WebSocketRoute('/', (websocket) => websocket.accept()),
    )
    const connect = [{ type: 'websocket.connect' } as const]

    t.same(await call(as()(guarded), websocketScope(), connect), [
      { type: 'websocket.close', code: 1000 },
    ])
    t.same(await call(as('a')(guarded), websocketScope(), connect), [{ type: 'websocket.accept' }])
  })

  t.test('lets other scopes pass', (t) => assertUntouched(t, requireScopes('a')))
})

t.test('redirects to a route with the requested path: MW-AUTH-5', async (t) => {
  const router = Router([
    Route('/login', () => new PlainTextResponse('login'), { name: 'login' }),
    Route('/handler', requires('a', { redirect: 'login' })(named)),
    Route('/{path:path}', () => new JSONResponse({}), {
      middleware: [requireScopes('a', { redirect: 'login' })],
    }),
  ])
  const locationOf = async (path: string): Promise<string | null> => {
    await using client = await testClient(as()(router))
    const response = await client.get(path, { followRedirects: false })
    t.equal(response.status, 303)
    return response.headers.get('location')
  }
  const login = 'http://testserver/login?next='

  t.equal(await locationOf('/handler'), `${login}%2Fhandler`)
  t.equal(await locationOf('/a?b=c&d=%20e'), `${login}%2Fa%3Fb%3Dc%26d%3D%2520e`)

  t.test('a redirect never leads to another host', async (t) => {
    for (const path of ['//evil.example/x', '///evil.example/x']) {
      const sent = await call(as()(router), httpScope({ path, rawPath: path }))
      t.match(sent[0], { status: 303 })
      t.match(JSON.stringify(sent[0]), `${login}%2Fevil.example%2Fx"`)
    }
  })
})

t.test('a missing route is a bug', async (t) => {
  const app = as()(
    Router([Route('/', named, { middleware: [requireScopes('a', { redirect: 'x' })] })]),
  )

  await t.rejects(call(app), /"x"/)
})

t.test('invalid options throw at definition', async (t) => {
  for (const scopes of ['', [], [''], [1], null, {}]) {
    t.throws(() => requires(scopes as never), {
      name: 'TypeError',
      message: /^requires: it takes a scope or a list of them, .* Write requires\('admin'\)\.$/,
    })
    t.throws(() => requireScopes(scopes as never), {
      name: 'TypeError',
      message:
        /^requireScopes: it takes a scope or a list of them, .* Write requireScopes\('admin'\)\.$/,
    })
  }
  t.throws(() => requires('a', { status: 99 }), /status must be an integer/)
  t.throws(() => requireScopes('a', { status: 99 }), /status must be an integer/)
  for (const guarded of [null, 'x', {}]) {
    t.throws(
      () => requires('a')(guarded as never),
      /^requires: it must wrap a handler, (null|string|object) was given/,
    )
  }
})
