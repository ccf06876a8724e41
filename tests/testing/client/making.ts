// Scopes and requests without a client, for unit tests.
import t from 'tap'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { makeRequest, makeScope } from '../../../lib/testing/client.ts'
import { lint } from '../../../lib/testing/lint.ts'
import type { App } from '../../../lib/types.ts'

t.test('LS-TEST-1: a scope has the keys of a server', async (t) => {
  const scope = makeScope('/a%20b?c=d', {
    method: 'post',
    headers: { 'x-a': '1' },
    client: null,
    rootPath: '/a b',
    state: { db: 1 },
    scope: { httpVersion: '2' },
  })

  t.match(scope, {
    ...{ type: 'http', method: 'POST', path: '/a b', rawPath: '/a%20b', queryString: 'c=d' },
    ...{ rootPath: '/a b', client: null, state: { db: 1 }, httpVersion: '2', scheme: 'http' },
  })
  t.same(scope.headers, ['host', 'testserver', 'x-a', '1', 'user-agent', 'testclient'])
  t.match(makeScope(new URL('https://a.example/')), {
    ...{ method: 'GET', scheme: 'https', server: { host: 'a.example', port: 443 } },
    client: { host: 'testclient', port: 50_000 },
  })
  let called = false
  const app: App = async (_scope, _receive, send) => {
    called = true
    await send({ type: 'http.response.start', status: 204, headers: [] })
    await send({ type: 'http.response.body', moreBody: false })
  }
  await lint()(app)(
    makeScope(),
    () => new Promise(() => {}),
    async () => {},
  )
  t.ok(called, 'lint finds nothing in it')
})

t.test('a path of two slashes is a path, not a host', async (t) => {
  const { path, headers } = makeScope('//evil.example/x')
  t.equal(path, '//evil.example/x')
  t.equal(headers[1], 'testserver')
  const { url } = await makeRequest('//evil.example/x')
  t.equal(url.host, 'testserver')
})

t.test('LS-TEST-1: a handler gets its own request', async (t) => {
  const handler = async (request: Request<{ name: string }>) =>
    new JSONResponse({ ...request.pathParams, body: await request.json() }, { status: 201 })
  const request = await makeRequest<{ name: string }>('/ada', {
    method: 'POST',
    json: { loud: true },
    scope: { pathParams: { name: 'ada' } },
  })

  const response = await handler(request)
  t.equal(response.status, 201)
  t.equal(request.headers.get('content-type'), 'application/json')
  t.same(JSON.parse(Buffer.from(response.body).toString()), { name: 'ada', body: { loud: true } })
})

t.test('bodies are forms, streams or empty', async (t) => {
  const form = new FormData()
  form.set('a', 'b')
  const sent = await (await makeRequest('/', { method: 'POST', body: form })).form()
  t.equal(sent.get('a'), 'b')
  async function* parts() {
    yield 'a'
    yield Buffer.from('b')
  }
  t.equal(await (await makeRequest('/', { body: parts() })).text(), 'ab')
  t.equal(await (await makeRequest()).text(), '')
})

t.test('invalid options throw', async (t) => {
  t.throws(() => makeScope('/', { verb: 'GET' } as never), /^makeScope: unknown option "verb"/)
  await t.rejects(makeRequest('/', { form: 1 } as never), /^makeRequest: unknown option "form"/)
  t.throws(() => makeScope('/%zz'), { name: 'URIError' })
})
