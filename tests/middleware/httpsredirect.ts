import t from 'tap'
import { chain } from '../../lib/internal/apps.ts'
import { type HTTPSRedirectOptions, httpsRedirect } from '../../lib/middleware/httpsredirect.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { toApp } from '../../lib/responses/response.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertUntouched } from '../support/untouched.ts'

const home: App = toApp(new PlainTextResponse('home'), 'the test')

async function ask(scope: Partial<HTTPScope>, options?: HTTPSRedirectOptions) {
  const app = chain(lint(), httpsRedirect(options), lint())(home)
  return responseOf(await call(app, httpScope(scope)))
}

async function locationFor(host: string, options?: HTTPSRedirectOptions, scope = {}) {
  const { headers } = await ask({ headers: ['host', host], ...scope }, options)
  return headers.get('location')
}

// MW-HTTPS-1, MW-HTTPS-4
t.test('http redirects to the same URL with https', async (t) => {
  for (const [host, location] of [
    ['example.org', 'https://example.org/'],
    ['example.org:80', 'https://example.org/'],
    ['example.org:443', 'https://example.org/'],
    ['example.org:8080', 'https://example.org:8080/'],
    ['[::1]', 'https://[::1]/'],
    ['[::1]:80', 'https://[::1]/'],
    ['[::1]:8080', 'https://[::1]:8080/'],
  ] as const) {
    t.equal(await locationFor(host), location)
  }
  const deep = { path: '/a b', rawPath: '/a%20b', queryString: 'c=%20' }
  t.equal(await locationFor('a.test', {}, deep), 'https://a.test/a%20b?c=%20')
  const { status, text } = await ask({ method: 'POST' })
  t.same([status, text], [307, ''])
})

t.test('another status and port can be set', async (t) => {
  t.equal((await ask({}, { status: 308 })).status, 308)
  for (const host of ['a.test', 'a.test:80', 'a.test:8080']) {
    t.equal(await locationFor(host, { port: 8443 }), 'https://a.test:8443/')
    t.equal(await locationFor(host, { port: 443 }), 'https://a.test/')
  }
})

// MW-HTTPS-2
t.test('https passes', async (t) => {
  t.same((await ask({ scheme: 'https' })).text, 'home')
})

// MW-HTTPS-3
t.test('a websocket handshake is refused', async (t) => {
  const app = chain(lint(), httpsRedirect(), lint())(home)
  const connect = [{ type: 'websocket.connect' }] as const

  const [start] = await call(app, websocketScope(), connect)
  const [secure] = await call(app, websocketScope({ scheme: 'wss' }), connect)
  const bare = await call(app, websocketScope({ extensions: {} }), connect)

  t.match(start, {
    type: 'websocket.http.response.start',
    status: 307,
    headers: ['content-length', '0', 'location', 'wss://testserver/'],
  })
  t.match(secure, { status: 200 })
  t.same(bare, [{ type: 'websocket.close' }])
})

t.test('an invalid host redirects to the server’s address', async (t) => {
  for (const host of ['evil@a.test', 'a.test/b', '', 'a.test#']) {
    t.equal(await locationFor(host), 'https://127.0.0.1:8000/')
  }
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, httpsRedirect()))

t.test('returns what the app returns', async (t) => {
  const done = Promise.resolve()
  const app = httpsRedirect()(() => done)
  const scope = httpScope({ scheme: 'https' })

  t.equal(
    app(
      scope,
      () => new Promise(() => {}),
      async () => {},
    ),
    done,
  )
})

t.test('invalid options throw at once', async (t) => {
  // @ts-expect-error it must redirect
  t.throws(() => httpsRedirect({ status: 200 }), {
    name: 'RangeError',
    message:
      'httpsRedirect: the status must be 301, 302, 307 or 308, 200 was given. Use 308 for a permanent redirect.',
  })
  for (const port of [0, 65_536, 1.5, Number.NaN]) {
    t.throws(() => httpsRedirect({ port }), {
      name: 'RangeError',
      message: `httpsRedirect: the port must be from 1 to 65535, ${port} was given. Leave it out for 443.`,
    })
  }
})
