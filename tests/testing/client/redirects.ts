import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { JSONResponse, RedirectResponse, StreamingResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import { ticks } from '../../support/leaving.ts'

const look = Route(
  '/look',
  async (request) =>
    new JSONResponse({
      method: request.method,
      host: request.url.host,
      body: await request.text(),
      headers: request.headers,
      cookies: request.cookies,
    }),
  { methods: [] },
)

/** Redirects with the status in the path, to what the query says. */
const go = Route(
  '/go/{status:int}',
  (request) =>
    new RedirectResponse(request.queryParams.get('to') ?? '/look', {
      status: request.pathParams.status,
    }).setCookie('hop', '1'),
  { methods: [] },
)

const loop = Route('/loop/{n:int}', (request) =>
  request.pathParams.n === 0
    ? new JSONResponse('there')
    : new RedirectResponse(`/loop/${request.pathParams.n - 1}`),
)

const app = Application({ routes: [look, go, loop] })

t.test('are followed, and listed: TC-4', async (t) => {
  await using client = await testClient(app)
  const response = await client.get('/go/302')

  t.equal(response.status, 200)
  t.equal(response.redirected, true)
  t.equal(response.url, 'http://testserver/look')
  t.match(await response.json(), { cookies: { hop: '1' } }, 'with the cookies of the way')
  t.equal((await client.get('/look')).redirected, false)
})

t.test('are not followed if disabled, or without a location: TC-4', async (t) => {
  await using client = await testClient(app)
  await using lazy = await testClient(app, { followRedirects: false })

  t.equal((await client.get('/go/302', { followRedirects: false })).status, 302)
  t.equal((await lazy.get('/go/302')).status, 302)
  t.equal((await lazy.get('/go/302', { followRedirects: true })).status, 200)
  for (const status of [201, 300, 304]) t.equal((await client.get(`/go/${status}`)).status, status)
})

t.test('change the method as browsers do (Fetch, section 4.4)', async (t) => {
  await using client = await testClient(app)
  const cases: [string, number, string][] = [
    ['POST', 301, 'GET'],
    ['POST', 302, 'GET'],
    ['POST', 303, 'GET'],
    ['POST', 307, 'POST'],
    ['POST', 308, 'POST'],
    ['PUT', 301, 'PUT'],
    ['PUT', 302, 'PUT'],
    ['PUT', 303, 'GET'],
    ['DELETE', 303, 'GET'],
  ]
  for (const [method, status, expected] of cases) {
    const response = await client.request(method, `/go/${status}`, {
      body: 'abc',
      headers: { 'content-type': 'text/x-mine', 'x-a': '1' },
    })
    const keeps = expected !== 'GET'
    t.match(await response.json(), {
      method: expected,
      body: keeps ? 'abc' : '',
      headers: { 'x-a': '1', ...(keeps ? { 'content-type': 'text/x-mine' } : {}) },
    })
    const { headers } = (await (
      await client.request(method, `/go/${status}`, { json: 1 })
    ).json()) as { headers: object }
    t.equal('content-type' in headers, keeps, `${method} ${status}`)
  }
  t.equal((await client.head('/go/303')).redirected, true)
})

t.test('send credentials within the origin only', async (t) => {
  await using client = await testClient(app)
  const headers = { authorization: 'secret', host: 'mine.example', 'x-a': '1' }

  const within = await client.get('/go/302', { headers })
  t.match(await within.json(), { host: 'mine.example', headers: { authorization: 'secret' } })

  const beyond = await client.get('/go/302?to=http://other.example/look', { headers })
  const seen = (await beyond.json()) as { host: string; headers: Record<string, string> }
  t.equal(seen.host, 'other.example')
  t.equal(seen.headers['x-a'], '1')
  t.equal('authorization' in seen.headers, false)
})

t.test('have a limit', async (t) => {
  await using client = await testClient(app)

  t.equal(await (await client.get('/loop/20')).json(), 'there')
  await t.rejects(
    client.get('/loop/21'),
    /testClient: more than 20 redirects, the last to \/loop\/0/,
  )
})

t.test('lead to http alone', async (t) => {
  await using client = await testClient(app)

  for (const to of ['myapp://callback?code=1', 'http://[']) {
    await t.rejects(client.get(`/go/302?to=${encodeURIComponent(to)}`), {
      message: `testClient: the redirect to "${to}" cannot be followed. Pass followRedirects: false.`,
    })
  }
})

t.test('cannot repeat a stream', async (t) => {
  await using client = await testClient(app)
  const body = () => new Blob(['abc']).stream()

  await t.rejects(
    client.post('/go/307', { body: body() }),
    /testClient: the redirect repeats the body, but a stream was given\. Pass followRedirects/,
  )
  t.match(await (await client.post('/go/303', { body: body() })).json(), { body: '' })
})

t.test('cancel the unread body', async (t) => {
  const log: string[] = []
  const streaming = Route(
    '/',
    () => new StreamingResponse(ticks(log), { status: 302, headers: { location: '/look' } }),
  )
  await using client = await testClient(Application({ routes: [streaming, look] }))

  t.equal((await client.get('/')).status, 200)
  t.equal(log.at(-1), 'stopped')
})

t.test('fail a fetch that must have none', async (t) => {
  await using client = await testClient(app)

  await t.rejects(client.fetch('/go/302?to=/look', { redirect: 'error' }), {
    name: 'TypeError',
    message: /^fetch: .*\/go\/302.* redirects to \/look, redirect: 'error' was given/,
  })
  t.equal((await client.fetch('/go/302?to=/look', { redirect: 'manual' })).status, 302)
  t.equal((await client.fetch('/look', { redirect: 'error' })).status, 200)
})
