// LS-OAPI-4: the client on an app in this process and over a real connection.
import t from 'tap'
import * as z from 'zod'
import { type ClientOptions, client } from '../../lib/client.ts'
import { form, operation, reply } from '../../lib/operations.ts'
import { Route, Router } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/node.ts'
import { testClient } from '../../lib/testing/client.ts'
import { type api, app, noticed } from '../support/clientapi.ts'
import { probe } from '../support/clientprobe.ts'
import { TOLD } from '../support/clienttold.ts'
import { eventually } from '../support/sockets.ts'

t.test('calls an app in this process', async (t) => {
  await using test = await testClient(app)
  t.same(await probe('http://testserver', { fetch: test.fetch }), TOLD)
})

t.test('calls a server', async (t) => {
  const server = await serve(app, { port: 0, signals: [] })
  t.teardown(() => server.close())
  noticed.length = 0
  t.same(await probe(`${server.url}/`), TOLD)
  await eventually(() => noticed.includes('left'), 'leaving the loop ends the stream')

  noticed.length = 0
  const controller = new AbortController()
  const call = client<typeof api>(`${server.url}`, { signal: new AbortController().signal })
  const ticks = await call('GET /events', { signal: controller.signal, expect: [200] })
  await t.rejects(
    async () => {
      for await (const _tick of ticks.body) controller.abort()
    },
    { name: 'AbortError' },
  )
  await eventually(() => noticed.includes('left'), 'a signal ends the stream')
})

t.test('opens websockets', { skip: !('WebSocket' in globalThis) }, async (t) => {
  const server = await serve(app, { port: 0, signals: [] })
  t.teardown(() => server.close())
  const call = client<typeof api>(`${server.url}`)
  const socket = call.socket('/rooms/{room}', { params: { room: 'a b' }, query: { as: 'Ada' } })
  const message = await new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve(data)
  })
  t.equal(message, 'a b Ada')
})

async function calling(options: ClientOptions) {
  const test = await testClient(app)
  t.teardown(() => test.close())
  return client<typeof api>(new URL('http://testserver'), { fetch: test.fetch, ...options })
}

t.test('sends header fields with each request', async (t) => {
  const fixed = await calling({ headers: { 'x-one': 'a', 'x-list': '1' } })
  t.same((await fixed('GET /fields', { headers: { 'x-list': [2], 'x-one': 'b' } })).body, {
    'x-list': [2],
    'x-one': 'b',
  })
  const found = await calling({ headers: async () => [['x-list', '3']] })
  const answer = await found('GET /fields', { headers: { 'x-list': [3], 'x-one': 'c' } })
  t.same(answer.body, { 'x-list': [3], 'x-one': 'c' })
})

t.test('shows requests and responses, which may be replaced', async (t) => {
  const seen: string[] = []
  const call = await calling({
    onRequest: (request) => {
      seen.push(`${request.method} ${request.url}`)
      if (request.url.endsWith('/9')) return new globalThis.Request('http://testserver/users/7')
      request.headers.set('x-seen', '1')
      return undefined
    },
    onResponse: async (response, request) => {
      seen.push(`${response.status} ${request.headers.get('x-seen')}`)
      const replaced = globalThis.Response.json({ title: 'Replaced' })
      return response.status === 404 ? replaced : undefined
    },
  })
  t.match((await call('GET /users/{id:int}', { params: { id: 9 } })).body, { id: 7 })
  t.same((await call('GET /users/{id:int}', { params: { id: 8 } })).body, { title: 'Replaced' })
  t.same(seen, [
    'GET http://testserver/users/9',
    '200 null',
    'GET http://testserver/users/8',
    '404 1',
  ])
})

t.test('refuses parameters that change the path, and unknown options', async (t) => {
  const call = await calling({})
  const at = (path: string, name = 'a') =>
    call('GET /files/{path:path}/of/{name}/{day:date}', { params: { path, name, day: 'x' } })
  await t.rejects(at('..'), {
    message:
      'client: the parameter path must be a segment of a path, ".." was given. Pass params: { path }.',
  })
  await t.rejects(at('a/./b'), /^client: the parameter path /)
  await t.rejects(at('a', ''), /^client: the parameter name /)
  t.notOk((await at('...', '.a')).status === 400)
  for (const name of ['a/b', '/', '../x']) {
    await t.rejects(at('a/b', name), /^client: the parameter name must be a segment of a path, /)
  }
  const params = {} as { id: number }
  await t.rejects(call('GET /users/{id:int}', { params }), /id must be .*, undefined was given/)
  t.throws(() => client('', { header: {} } as ClientOptions), {
    message:
      'client: the options are fetch, headers, signal, onRequest and onResponse, header was given. Check its name.',
  })
})

t.test('a list of objects in a query or a form is refused, because it would be lost', async (t) => {
  const list = z.object({ items: z.array(z.object({ name: z.string() })).optional() })
  const show = ({ query, body }: { query?: unknown; body?: unknown }) => reply(200, body ?? query)
  const routes = [
    Route('/query', { get: operation({ query: list }, show) }),
    Route('/form', { post: operation({ body: form(list) }, show) }),
  ] as const
  await using test = await testClient(Router(routes))
  const call = client<typeof routes>('http://testserver', { fetch: test.fetch })
  const items = [{ name: 'tea' }]
  t.match(await call('GET /query', { query: { items } }), { status: 422 })
  t.match(await call('POST /form', { form: { items } }), { status: 422 })
})

t.test('a missing base throws at definition', (t) => {
  t.throws(() => client(undefined as unknown as string), {
    message:
      "client: the base must be an absolute URL, undefined was given. Write client('https://example.org').",
  })
  t.end()
})

const users = Route(
  '/users',
  operation({}, () => reply(204)),
)

t.test('without a page, a relative base throws at the first call', async (t) => {
  const sent: string[] = []
  const fetch = async ({ url }: globalThis.Request) => {
    sent.push(url)
    return new globalThis.Response()
  }
  for (const base of ['', '/api', 'localhost']) {
    const call = client<readonly [typeof users]>(base, { fetch })
    await t.rejects(call('GET /users'), {
      name: 'TypeError',
      message: `client: the base must be an absolute URL, ${JSON.stringify(base)} was given. Write client('https://example.org').`,
    })
  }
  t.same(sent, [])
})

t.test('an error has the response', async (t) => {
  const call = await calling({})
  const calls = call('GET /users/{id:int}', { params: { id: 8 }, expect: [200] })
  const error = await calls.catch((thrown) => thrown)
  t.match(error, { status: 404, body: { title: 'No such user' } })
  t.equal(error.response.headers.get('content-type'), 'application/problem+json')
})
