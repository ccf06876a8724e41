import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { testClient } from 'stellula/testclient'
import t, { type Test } from 'tap'
import { makeApp } from '../../examples/login.ts'

const ORIGIN = 'http://shop.example'

/** A provider on a port of its own, whose login form takes any name. */
async function provider(t: Test): Promise<URL> {
  // Its advice for production: keys, adapters, a newer Node.
  for (const method of ['info', 'warn'] as const) t.intercept(console, method, { value: () => {} })
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = {
    client_id: 'shop',
    client_secret: 'a secret of the shop',
    redirect_uris: [`${ORIGIN}/login/callback`],
  }
  const made = new Provider(issuer, { clients: [client], cookies: { keys: ['a key'] } })
  server.on('request', made.callback())
  return new URL(issuer)
}

/** What a browser does at the provider: forms and redirects, until it is sent back. */
async function signIn(start: string, name: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  let form: Record<string, string> | undefined
  for (let step = 0; step < 12; step++) {
    if (url.origin === ORIGIN) return url
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const location = response.headers.get('location')
    const page = await response.text()
    form = undefined
    if (location !== null) url = new URL(location, url)
    else {
      const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(page) ?? []
      const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(page) ?? []
      if (action === '') throw new Error(page)
      url = new URL(action, url)
      form = { prompt, login: name, password: 'x' }
    }
  }
  throw new Error(`it never came back, it is at ${url}`)
}

t.test('a user logs in at a real OpenID provider', async (t) => {
  const issuer = await provider(t)
  const settings = { issuer, clientId: 'shop', clientSecret: 'a secret of the shop' }
  const app = makeApp({ ...settings, origin: ORIGIN, isInsecure: true })
  await using client = await testClient(app, { baseUrl: ORIGIN, followRedirects: false })
  t.same(await (await client.get('/me')).json(), { user: null })

  const begun = await client.get('/login')
  const back = await signIn(begun.headers.get('location') ?? '', 'ada')
  t.equal(back.pathname, '/login/callback')

  const other = await testClient(app, { baseUrl: ORIGIN, followRedirects: false })
  const stolen = await other.get(back.pathname + back.search)
  t.equal(stolen.status, 400, 'a code is of no use in another browser')
  await other.close()

  const forged = await client.get(`${back.pathname}?code=x&state=y`)
  t.equal(forged.status, 400)
  const again = await client.get('/login')
  const answer = await signIn(again.headers.get('location') ?? '', 'ada')
  const done = await client.get(answer.pathname + answer.search)
  t.equal(done.status, 303)
  t.equal(done.headers.get('location'), '/me')
  t.same(await (await client.get('/me')).json(), { user: 'ada' })
  t.equal((await client.get(answer.pathname + answer.search)).status, 400, 'nor a second time')

  await client.post('/logout')
  t.same(await (await client.get('/me')).json(), { user: null })
})

t.test('a user whom the provider refuses gets 403', async (t) => {
  const issuer = await provider(t)
  const settings = { issuer, clientId: 'shop', clientSecret: 'a secret of the shop' }
  const app = makeApp({ ...settings, origin: ORIGIN, isInsecure: true })
  await using client = await testClient(app, { baseUrl: ORIGIN, followRedirects: false })
  const begun = await client.get('/login')
  const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state')

  const response = await client.get(
    `/login/callback?error=access_denied&state=${state}&iss=${encodeURIComponent(issuer.origin)}`,
  )

  t.equal(response.status, 403)
})

t.test('the guide shows this program', (t) => {
  const program = readFileSync('examples/login.ts', 'utf8').split('\n').slice(1).join('\n')
  t.ok(readFileSync('docs/oidc.md', 'utf8').includes(program))
  t.end()
})
