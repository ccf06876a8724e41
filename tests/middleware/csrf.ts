import t, { type Test } from 'tap'
import { Session } from '../../lib/http/session.ts'
import { type CSRFOptions, csrf, csrfToken, isCSRFToken } from '../../lib/middleware/csrf.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, Router } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'
import { type TestClient, testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { call, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const SIX = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const app = Router([
  Route('/', () => new PlainTextResponse('done'), { methods: SIX }),
  Route('/token', async ({ session }) => new PlainTextResponse(await csrfToken(session))),
  Route('/login', ({ session }) => {
    session.regenerate()
    session.data.user = 'ada'
    return new PlainTextResponse('hello')
  }),
])

async function visitor(t: Test, options?: CSRFOptions, store = memoryStore()): Promise<TestClient> {
  const client = await testClient(sessions({ store })(csrf(options)(app)))
  t.teardown(client.close)
  return client
}

// Advisory row 90.
t.test('unsafe requests must come from this site, with any content type', async (t) => {
  const client = await visitor(t)
  const types = [[], ['content-type', 'Application/X-www-form-urlencoded'], ['content-type', '']]
  for (const type of types as [string, string][]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const send = async (...fields: [string, string][]): Promise<number> => {
        const headers = [...fields, ...(type.length > 0 ? [type] : [])]
        return (await client.request(method, '/', { headers })).status
      }
      t.equal(await send(['origin', 'http://testserver']), 200)
      t.equal(await send(['sec-fetch-site', 'same-origin']), 200)
      t.equal(await send(['sec-fetch-site', 'cross-site']), 403)
      t.equal(await send(['origin', 'http://evil.example']), 403)
      t.equal(await send(), 403)
    }
  }
})

t.test('safe methods pass', async (t) => {
  const client = await visitor(t, { requireToken: true })

  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    const headers = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }
    t.equal((await client.request(method, '/', { headers })).status, 200)
  }
})

t.test('the refusal is an ordinary exception', async (t) => {
  const handlers = [[403, () => new PlainTextResponse('go away', { status: 403 })]] as const
  const client = await testClient(exceptions(handlers)(csrf()(app)))
  t.teardown(client.close)

  const response = await client.post('/')

  t.equal(response.status, 403)
  t.equal(await response.text(), 'go away')
  const plain = await (await visitor(t)).post('/')
  t.equal(await plain.text(), 'The request does not come from a page of this site.')
})

// Advisory row 91.
t.test('a session token is accepted if the origin is unknown', async (t) => {
  const store = memoryStore()
  const client = await visitor(t, {}, store)
  const other = await visitor(t, {}, store)
  const token = await (await client.get('/token')).text()
  const send = async (from: TestClient, value: string): Promise<number> =>
    (await from.post('/', { headers: { 'x-csrf-token': value } })).status

  t.equal(await send(client, token), 200)
  t.equal(await send(client, await (await client.get('/token')).text()), 200, 'each is good')
  t.equal(await send(client, token), 200, 'as often as it comes')
  t.equal(await send(other, token), 403, 'without a session')
  await other.get('/token')
  t.equal(await send(other, token), 403, 'with another session')
  const foreign = { 'x-csrf-token': token, origin: 'http://evil.example' }
  t.equal((await client.post('/', { headers: foreign })).status, 403, 'not for who is elsewhere')

  await client.get('/login')
  t.equal(await send(client, token), 403, 'after a login')
})

t.test('a token can be required always, in a field of any name', async (t) => {
  const client = await visitor(t, { requireToken: true, header: 'X-Token' })
  const token = await (await client.get('/token')).text()
  const own = { origin: 'http://testserver' }

  t.equal((await client.post('/', { headers: own })).status, 403)
  t.equal((await client.post('/', { headers: { ...own, 'x-token': token } })).status, 200)
})

t.test('other texts are refused', async (t) => {
  const kept = new Session({ id: 'a'.repeat(43), text: '{}' })
  const token = await csrfToken(kept)

  t.equal(await isCSRFToken(kept, token), true)
  t.equal(await isCSRFToken(new Session(), token), false)
  t.equal(await isCSRFToken(new Session({ id: 'b'.repeat(43), text: '{}' }), token), false)
  for (const text of [
    '',
    '.',
    `${token}.`,
    `${token}A`,
    `A${token}`,
    token.slice(0, -1),
    token.split('.')[0] ?? '',
    'null',
    'a'.repeat(16_384),
  ]) {
    t.equal(await isCSRFToken(kept, text), false, text.slice(0, 80))
  }
})

t.test('only pages of this site open websockets', async (t) => {
  const opened: App = async (_scope, _receive, send) => {
    await send({ type: 'websocket.accept' })
  }
  const typesFor = async (origin: string, options: CSRFOptions): Promise<unknown[]> => {
    const scope = websocketScope({ headers: ['host', 'a', 'origin', origin] })
    const sent = await call(csrf(options)(opened), scope)
    return sent.map((message) => ('status' in message ? message.status : message.type))
  }

  // Pages cannot send a token with a handshake.
  for (const options of [{}, { requireToken: true }]) {
    t.same(await typesFor('http://a', options), ['websocket.accept'])
    const refused = [403, 'websocket.http.response.body']
    t.same(await typesFor('http://evil.example', options), refused)
  }
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, csrf()))

t.test('invalid options throw at once', async (t) => {
  for (const origin of [
    'example.org',
    'https://example.org/',
    'null',
    '*',
    'https://Example.org',
  ]) {
    t.throws(() => csrf({ origins: [origin] }), {
      name: 'TypeError',
      message: `csrf: an origin is a scheme and a host, ${JSON.stringify(origin)} was given. Write it as browsers do: "https://example.org".`,
    })
  }
  t.throws(() => csrf({ header: 'a b' }), {
    name: 'TypeError',
    message: 'csrf: header must be a field name, "a b" was given. Leave it out for x-csrf-token.',
  })
})
