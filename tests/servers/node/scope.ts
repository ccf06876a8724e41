import t, { type Test } from 'tap'
import type { ServeOptions } from '../../../lib/servers/node.ts'
import type { HTTPScope } from '../../../lib/types.ts'
import { answer, httpApp, listening, request } from '../../support/sockets.ts'

/** The scope that a request makes. */
async function scopeOf(t: Test, bytes: string, options: ServeOptions = {}): Promise<HTTPScope> {
  let seen: HTTPScope | undefined
  const { talk } = await listening(
    t,
    httpApp(async (scope, _receive, send) => {
      seen = scope
      await answer(send, '')
    }),
    options,
  )
  const received = await talk(bytes)
  if (seen === undefined) throw new Error(`refused: ${received}`)
  return seen
}

const CLOSE = ['connection: close']

t.test('every key matches the contract (asgi.md section 2)', async (t) => {
  const scope = await scopeOf(t, request('GET /a%20b?c=%20d', CLOSE))
  const { client, server, onDisconnect, ...rest } = scope

  t.match(rest, {
    type: 'http',
    asgi: { version: '3.0', specVersion: '2.5' },
    httpVersion: '1.1',
    method: 'GET',
    scheme: 'http',
    path: '/a b',
    rawPath: '/a%20b',
    queryString: 'c=%20d',
    rootPath: '',
    headers: ['host', 'test', 'connection', 'close'],
  })
  t.match(client, { host: '127.0.0.1', port: Number })
  t.match(server, { host: '127.0.0.1', port: Number })
  t.type(onDisconnect, 'function')
  t.equal(scope.state, undefined)
})

t.test('a copy of it is complete', async (t) => {
  const scope = await scopeOf(t, request('GET /', CLOSE))

  t.strictSame(Object.entries({ ...scope }), Object.entries(scope))
  t.equal({ ...scope }.method, 'GET')
})

t.test('fields keep order and duplicates, names are lower-case, values latin-1', async (t) => {
  const fields = ['Cookie: a=1', 'X-A: caf\xe9', 'COOKIE: b=2', 'x-a:  spaced  ', 'x-empty:']

  const { headers } = await scopeOf(t, request('GET /', [...fields, ...CLOSE]))

  t.same(headers, [
    ...['host', 'test', 'cookie', 'a=1', 'x-a', 'caf\xe9', 'cookie', 'b=2', 'x-a', 'spaced'],
    ...['x-empty', '', 'connection', 'close'],
  ])
})

t.test('invented names are lower-cased too, in any number', async (t) => {
  const names = Array.from({ length: 1_200 }, (_, index) => `N${index}`)
  const fields = names.map((name) => `${name}: x`)

  const { headers } = await scopeOf(
    t,
    request('GET /', [...fields, `${'L'.repeat(80)}: x`, ...CLOSE]),
  )

  t.same(
    headers.filter((_, index) => index % 2 === 0),
    ['host', ...names.map((name) => name.toLowerCase()), 'l'.repeat(80), 'connection'],
  )
})

t.test('methods are not changed', async (t) => {
  for (const method of ['GET', 'POST', 'DELETE', 'PROPFIND', 'M-SEARCH', 'QUERY']) {
    const scope = await scopeOf(t, request(`${method} /`, CLOSE)).catch(() => undefined)
    // Node before 22 does not know QUERY.
    if (scope !== undefined || method !== 'QUERY') t.equal(scope?.method, method)
  }
})

t.test('HTTP/1.0 does not require a host', async (t) => {
  const scope = await scopeOf(t, 'GET / HTTP/1.0\r\n\r\n')

  t.equal(scope.httpVersion, '1.0')
  t.same(scope.headers, [])
})

t.test('the root path is added before every path', async (t) => {
  const scope = await scopeOf(t, request('GET /a%20b', CLOSE), { rootPath: '/api' })

  t.match(scope, { path: '/api/a b', rawPath: '/api/a%20b', rootPath: '/api' })
})

t.test('the root path is not added to *', async (t) => {
  const scope = await scopeOf(t, request('OPTIONS *', CLOSE), { rootPath: '/api' })

  t.match(scope, { path: '*', rawPath: '*', rootPath: '/api' })
})

t.test('each request has a shallow copy of the state', async (t) => {
  const shared = { count: 0 }
  const seen: unknown[] = []
  const { talk } = await listening(t, async (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      await receive()
      Object.assign(scope.state ?? {}, { shared, own: 'first' })
      await send({ type: 'lifespan.startup.complete' })
      await receive()
      await send({ type: 'lifespan.shutdown.complete' })
      return
    }
    const { state = {} } = scope
    seen.push({ ...state })
    t.equal(state['shared'], shared)
    shared.count++
    state['own'] = 'changed'
    state['added'] = true
    await answer(send, '')
  })

  await talk(request('GET /', CLOSE))
  await talk(request('GET /', CLOSE))

  t.same(seen, [
    { shared: { count: 2 }, own: 'first' },
    { shared: { count: 2 }, own: 'first' },
  ])
})
