import t from 'tap'
import { Connection } from '../lib/connections.ts'
import { Headers } from '../lib/http/headers.ts'
import { Session } from '../lib/http/session.ts'
import { URLPath } from '../lib/http/urls.ts'
import { Response } from '../lib/responses.ts'
import { Mount, Route, Router } from '../lib/routing.ts'
import type { HTTPScope } from '../lib/types.ts'
import { httpScope, websocketScope } from './support/scopes.ts'

function connection(overrides: Partial<HTTPScope> = {}): Connection {
  return new Connection(httpScope(overrides))
}

t.test('headers', async (t) => {
  t.test('are a view over the scope, first value first: RQ-10', async (t) => {
    const { headers } = connection({ headers: ['x-tag', 'a', 'x-tag', 'b'] })

    t.equal(headers.get('X-Tag'), 'a')
    t.same(headers.getAll('x-tag'), ['a', 'b'])
  })

  t.test('are read-only, and an error says how to change the fields for inner apps', async (t) => {
    const list = Object.freeze(['x-tag', 'a'])
    for (const scope of [httpScope({ headers: list }), websocketScope({ headers: list })]) {
      const { headers } = new Connection(scope)
      const changes: Record<string, () => unknown> = {
        set: () => headers.set('x-tag', 'b'),
        setDefault: () => headers.setDefault('x-tag', 'b'),
        append: () => headers.append('x-tag', 'b'),
        delete: () => headers.delete('x-other'),
        vary: () => headers.vary(),
      }
      for (const [method, change] of Object.entries(changes)) {
        t.throws(change, {
          name: 'TypeError',
          message: `request.headers: the fields of a request are read-only, ${method}() was called. Change the fields for inner apps by mapScope((scope) => ({ ...scope, headers })), or change a copy, Headers.from(request.headers).`,
        })
      }
      t.equal(headers.list, list)
      t.equal(Headers.from(headers).delete('x-tag').has('x-tag'), false)
    }
  })
})

t.test('url', async (t) => {
  t.test('is made of scheme, Host, path and query: RQ-3, RQ-4', async (t) => {
    const { url } = connection({
      scheme: 'https',
      headers: ['host', 'example.org:8443'],
      path: '/a b',
      queryString: 'x=%201',
    })

    t.equal(url.href, 'https://example.org:8443/a%20b?x=%201')
  })

  t.test('is created once', async (t) => {
    const one = connection()
    t.equal(one.url, one.url)
    t.equal(one.headers, one.headers)
    t.equal(one.baseUrl, one.baseUrl)
    t.equal(one.queryParams, one.queryParams)
    t.equal(one.cookies, one.cookies)
  })

  t.test('keeps the path of the scope, whatever the Host contains: RQ-5, advisory 1', async (t) => {
    for (const host of ['x/admin?', 'x#', 'x\\', 'a b', '[', 'user@x']) {
      const { url } = connection({ headers: ['host', host], path: '/open' })
      t.equal(url.href, 'http://127.0.0.1:8000/open', host)
    }
  })

  t.test('accepts a Host with an underscore, as trustedHost does', async (t) => {
    const { url } = connection({ headers: ['host', 'my_service:8080'], path: '/open' })
    t.equal(url.href, 'http://my_service:8080/open')
  })

  t.test('keeps the Host, whatever the path is: RQ-6, advisory 2', async (t) => {
    for (const path of ['@evil.example', '//evil.example', 'http://evil.example/x']) {
      t.equal(connection({ path }).url.hostname, 'testserver', path)
    }
  })

  t.test('includes the prefix of mounts: RQ-8', async (t) => {
    t.equal(connection({ path: '/v1/users', rootPath: '/v1' }).url.pathname, '/v1/users')
  })
})

t.test('baseUrl', async (t) => {
  t.test(
    'is the origin and the outermost prefix, with one slash and without a query: RQ-9',
    async (t) => {
      const cases: [Partial<HTTPScope>, string][] = [
        [{}, 'http://testserver/'],
        [{ rootPath: '/api' }, 'http://testserver/api/'],
        [{ rootPath: '/api/' }, 'http://testserver/api/'],
        [{ rootPath: '/api/users', appRootPath: '/api' }, 'http://testserver/api/'],
        [{ rootPath: '/users', appRootPath: '', queryString: 'x=1' }, 'http://testserver/'],
      ]

      for (const [overrides, href] of cases) t.equal(connection(overrides).baseUrl.href, href)
    },
  )
})

t.test('queryParams', async (t) => {
  t.test(
    'are decoded, blank values kept, "+" is a space, only "&" separates: RQ-11, RQ-12',
    async (t) => {
      const { queryParams } = connection({ queryString: 'a=1&a=2&b=&c&d=x+y%20z&e=1;f=2&g=%ff' })

      t.same(
        [...queryParams],
        [
          ['a', '1'],
          ['a', '2'],
          ['b', ''],
          ['c', ''],
          ['d', 'x y z'],
          ['e', '1;f=2'],
          ['g', '\ufffd'],
        ],
      )
      t.equal(queryParams.get('a'), '1')
    },
  )
})

t.test('pathParams are those of the scope, or empty: RQ-13', async (t) => {
  t.same(connection().pathParams, {})
  t.same(connection({ pathParams: { id: 7 } }).pathParams, { id: 7 })
})

t.test('cookies come from all fields, into an object without prototype: RQ-14', async (t) => {
  const { cookies } = connection({ headers: ['cookie', 'a=1; b="x y"', 'cookie', '__proto__=2'] })

  t.same(Object.entries(cookies), [
    ['a', '1'],
    ['b', 'x y'],
    ['__proto__', '2'],
  ])
  t.equal(Object.getPrototypeOf(cookies), null)
  t.same(Object.keys(connection().cookies), [])
})

t.test('client is the address of the peer, or null: RQ-16', async (t) => {
  t.same(connection().client, { host: '127.0.0.1', port: 50_000 })
  t.equal(connection({ client: null }).client, null)
})

t.test('state', async (t) => {
  t.test('is that of the scope: RQ-18', async (t) => {
    const state = { db: 'open' }
    t.equal(connection({ state }).state, state)
  })

  t.test('is created if it is missing, once for the scope: RQ-18', async (t) => {
    const scope = httpScope()
    new Connection(scope).state['user'] = 'ada'

    t.same(new Connection(scope).state, { user: 'ada' })
    t.same(scope.state, { user: 'ada' })
  })
})

t.test('app', async (t) => {
  t.test('is the innermost application: RQ-32', async (t) => {
    const app = Router()
    t.equal(connection({ app }).app, app)
  })

  t.test('throws if there is no application', async (t) => {
    t.throws(() => connection().app, /request\.app: there is no application around this app/)
    t.throws(() => connection({ app: async () => {} }).app, TypeError)
  })
})

t.test('urlFor', async (t) => {
  const user = Route('/{id:int}', () => new Response(), { name: 'detail' })
  const users = Router([user])
  const router = Router([Mount('/users', users, { name: 'users' })])

  t.test('gives the absolute URL of a name: RQ-31', async (t) => {
    const url = connection({ router, rootPath: '/api' }).urlFor('users:detail', { id: 7 })
    t.equal(url.href, 'http://testserver/api/users/7')
  })

  t.test('gives the absolute URL of a route', async (t) => {
    t.equal(connection({ router }).urlFor(user, { id: 7 }).href, 'http://testserver/users/7')
  })

  t.test('starts at the root of the application, not at the current mount', async (t) => {
    const scope = { router, rootPath: '/api/users', appRootPath: '/api' }
    t.equal(
      connection(scope).urlFor('users:detail', { id: 7 }).href,
      'http://testserver/api/users/7',
    )
  })

  t.test('uses the websocket scheme on a websocket', async (t) => {
    const app = Object.assign(async () => {}, { urlPathFor: () => new URLPath('/x', 'http') })
    const { href } = new Connection(websocketScope({ router: app, scheme: 'wss' })).urlFor('x')
    t.equal(href, 'https://testserver/x')
  })

  t.test('uses the application if no router is given', async (t) => {
    const url = connection({ app: router }).urlFor('users:detail', { id: 7 })
    t.equal(url.pathname, '/users/7')
  })

  t.test('throws without either', async (t) => {
    const message = /request\.urlFor: there is no router or application around this app/
    t.throws(() => connection().urlFor('x'), message)
    t.throws(() => connection({ app: async () => {} }).urlFor('x'), message)
  })

  t.test('throws for an unknown name', async (t) => {
    t.throws(() => connection({ router }).urlFor('nobody'), /nobody/)
  })
})

t.test('session', async (t) => {
  t.test('is the session that sessions() put into the scope', async (t) => {
    const session = new Session()

    t.equal(connection({ session }).session, session)
  })

  t.test('throws without sessions(), and says what is missing: RQ-17', async (t) => {
    for (const session of [undefined, {}]) {
      t.throws(() => connection({ session }).session, {
        name: 'TypeError',
        message:
          'request.session: there is no sessions() middleware around this app. Put sessions({ secret }) around it.',
      })
    }
  })
})

t.test('user and auth are those of the scope', async (t) => {
  const user = { isAuthenticated: true, displayName: 'ada' }
  const auth = { scopes: ['a'] }
  const one = connection({ user, auth })

  t.equal(one.user, user)
  t.equal(one.auth, auth)
})

t.test('user and auth throw if no middleware authenticates', async (t) => {
  const one = connection()

  t.throws(() => one.user, /^request\.user: there is no authentication around this app\. Put/)
  t.throws(() => one.auth, /^request\.auth: there is no authentication around this app\. Put/)
})
