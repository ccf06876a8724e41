import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { echo, read } from '../support/echo.ts'

/** An app that keeps the scope it was called with. */
function looking(): { app: App; seen: HTTPScope[] } {
  const seen: HTTPScope[] = []
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'http') return
    seen.push(scope)
    await new PlainTextResponse('').respond(scope, receive, send)
  }
  return { app, seen }
}

t.test('sends requests by method', async (t) => {
  await using client = await testClient(echo)

  for (const name of ['get', 'post', 'put', 'patch', 'delete', 'options'] as const) {
    t.equal((await read(await client[name]('/'))).method, name.toUpperCase())
  }
  t.equal((await read(await client.request('propfind', '/'))).method, 'PROPFIND')
  t.equal((await client.head('/')).body, null)
})

t.test('the scope', async (t) => {
  t.test('is that of a server: TC-1, TC-15, TC-16', async (t) => {
    const { app, seen } = looking()
    await using client = await testClient(app)
    await client.get('/a%20b/%C3%A9?x=%201#fragment')

    t.match(seen[0], {
      type: 'http',
      httpVersion: '1.1',
      method: 'GET',
      scheme: 'http',
      path: '/a b/é',
      rawPath: '/a%20b/%C3%A9',
      queryString: 'x=%201',
      rootPath: '',
      headers: ['host', 'testserver', 'user-agent', 'testclient', 'accept', '*/*'],
      client: { host: 'testclient', port: 50_000 },
      server: { host: 'testserver', port: 80 },
    })
    t.equal(seen[0]?.state, undefined)
  })

  t.test('takes host, scheme, port and prefix from the base URL: TC-5', async (t) => {
    const { app, seen } = looking()
    await using client = await testClient(app, {
      baseUrl: 'https://[::1]:8443/api',
      rootPath: '/api',
      client: null,
    })
    await client.get('/users')
    await client.get('users')
    await client.get('https://other.org/x')

    t.match(seen[0], {
      scheme: 'https',
      path: '/api/users',
      rootPath: '/api',
      client: null,
      server: { host: '::1', port: 8443 },
    })
    t.equal(seen[0]?.headers[1], '[::1]:8443')
    t.equal(seen[1]?.path, '/api/users')
    t.match(seen[2], { path: '/x', server: { host: 'other.org', port: 443 } })
  })

  t.test('keeps a path that begins with two slashes', async (t) => {
    const { app, seen } = looking()
    await using client = await testClient(app)
    await client.get('//admin/secret')

    t.equal(seen[0]?.path, '//admin/secret')
    t.equal(seen[0]?.headers[1], 'testserver')
  })

  t.test('takes scope keys that a URL cannot express', async (t) => {
    const { app, seen } = looking()
    await using client = await testClient(app)
    await client.get('/', { scope: { path: '@evil.example', httpVersion: '1.0' } })

    t.match(seen[0], { path: '@evil.example', rawPath: '/', httpVersion: '1.0' })
  })

  t.test('rejects an escape that a server rejects', async (t) => {
    await using client = await testClient(echo)
    await t.rejects(
      client.get('/%ff'),
      /testClient: the path must be valid UTF-8 when decoded, "\/%ff"/,
    )
  })
})

t.test('headers', async (t) => {
  t.test('are those of the client and of the request, which take precedence: TC-2', async (t) => {
    await using client = await testClient(echo, { headers: { 'x-a': '1', 'User-Agent': 'mine' } })

    const { headers } = await read(await client.get('/', { headers: { 'X-A': '2', 'x-b': '3' } }))
    t.match(headers, { 'user-agent': 'mine', 'x-a': '2', 'x-b': '3' })
    t.match((await read(await client.get('/'))).headers, { 'x-a': '1' })
  })

  t.test('may be repeated, and set another host: TC-8', async (t) => {
    await using client = await testClient(echo, { headers: { 'x-a': '0' } })
    const pairs: [string, string][] = [
      ['x-a', '1'],
      ['x-a', '2'],
      ['host', 'docs.example.org'],
    ]
    const { headers } = await read(await client.get('/', { headers: pairs }))
    t.match(headers, { 'x-a': '1|2', host: 'docs.example.org' })
  })

  t.test('are checked in both directions: advisory 75', async (t) => {
    const splitting: App = async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: ['x-a', 'a\r\nb: c'] })
    }
    await using client = await testClient(splitting, { lifespan: 'off' })
    await t.rejects(client.get('/'), /"x-a"/)
    await t.rejects(client.get('/', { headers: { 'x-a': 'a\nb' } }), /the value of "x-a" must be/)
  })
})

t.test('cookies are sent back, and can be set and read: TC-8', async (t) => {
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'http') return
    const { cookies } = new Request(scope, receive, send)
    const response = new JSONResponse(cookies).setCookie('seen', 'é x')
    await response.respond(scope, receive, send)
  }
  await using client = await testClient(app, { cookies: { given: '1' } })

  t.same(await (await client.get('/')).json(), { given: '1' })
  t.same(await (await client.get('/')).json(), { given: '1', seen: 'é x' })
  t.equal(client.cookies.get('seen'), 'é x')
  const own = await client.get('/', { headers: { cookie: 'own=2' } })
  t.same(await own.json(), { own: '2' }, 'a field of the request stands over the jar')
})

t.test('errors of the app are thrown, or are a 500: TC-3', async (t) => {
  const error = new Error('kaput')
  await using strict = await testClient(() => Promise.reject(error))
  await using mild = await testClient(() => Promise.reject(error), { raiseServerExceptions: false })

  await t.rejects(strict.get('/'), error)
  t.equal((await mild.get('/')).status, 500)
})

t.test('disconnects when the signal aborts', async (t) => {
  let aborted: AbortSignal | undefined
  const hanging: App = async (scope, receive) => {
    if (scope.type !== 'http') return
    aborted = new Request(scope, receive).signal
    await receive()
    await receive()
  }
  await using client = await testClient(hanging)
  const controller = new AbortController()
  const response = client.get('/', { signal: controller.signal })
  await turn()
  controller.abort()

  await t.rejects(response, { name: 'AbortError', message: /abort/ })
  t.equal(aborted?.aborted, true)
})

t.test('the signal of a request does not abort after a normal end', async (t) => {
  let signal: AbortSignal | undefined
  const app = Application({
    routes: [
      Route('/', (request) => {
        signal = request.signal
        return new PlainTextResponse('')
      }),
    ],
  })
  await using client = await testClient(app)
  await client.get('/')
  await turn()
  t.equal(signal?.aborted, false)
})

t.test('can be used inside an endpoint: TC-17', async (t) => {
  await using inner = await testClient(echo)
  const app = Application({
    routes: [
      Route('/', async () => new PlainTextResponse((await read(await inner.get('/in'))).path)),
    ],
  })
  await using client = await testClient(app)
  t.equal(await (await client.get('/')).text(), '/in')
})
