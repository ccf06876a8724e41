import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { chain } from '../../lib/internal/apps.ts'
import { type TrustedHostOptions, trustedHost } from '../../lib/middleware/trustedhost.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { toApp } from '../../lib/responses/response.ts'
import { Host, Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertGivesOn, assertUntouched } from '../support/untouched.ts'

const home: App = toApp(new PlainTextResponse('home'), 'the test')

async function ask(options: TrustedHostOptions, host?: string, scope: Partial<HTTPScope> = {}) {
  const app = chain(lint(), trustedHost(options), lint())(home)
  const headers = host === undefined ? [] : ['host', host]
  return responseOf(await call(app, httpScope({ headers, ...scope })))
}

// MW-HOST-1, MW-HOST-3, MW-HOST-5
t.test('only hosts that are allowed are served', async (t) => {
  const allowedHosts = ['Example.org', '*.sub.example.org', '192.0.2.1', '[::1]', 'my_service']
  for (const [host, isAllowed] of [
    ['example.org', true],
    ['EXAMPLE.ORG', true],
    ['example.org:8000', true],
    ['example.org.', true],
    ['example.org.:80', true],
    ['a.sub.example.org', true],
    ['A.b.Sub.example.org:80', true],
    ['192.0.2.1', true],
    ['[::1]', true],
    ['[::1]:8000', true],
    ['my_service', true],
    ['sub.example.org', false],
    ['.sub.example.org', false],
    ['evilsub.example.org', false],
    ['www.example.org', false],
    ['example.org..', false],
    ['example.org.evil', false],
    ['evilexample.org', false],
    ['192.0.2.10', false],
    ['[::2]', false],
    ['::1', false],
    ['example.org@evil', false],
    ['evil@example.org', false],
    ['example.org:80@evil', false],
    ['evil/.sub.example.org', false],
    ['evil?a.sub.example.org', false],
    ['', false],
  ] as const) {
    const { status, text } = await ask({ allowedHosts }, host)
    t.same([status, text], isAllowed ? [200, 'home'] : [400, 'Invalid host header'], host)
  }
  t.equal((await ask({ allowedHosts })).status, 400, 'no host at all')
})

t.test('X-Forwarded-Host is ignored', async (t) => {
  const headers = ['x-forwarded-host', 'example.org']

  t.equal((await ask({ allowedHosts: ['example.org'] }, undefined, { headers })).status, 400)
})

t.test('any host is allowed by default', async (t) => {
  for (const host of ['a', '', 'www.b']) {
    t.equal((await ask({}, host)).status, 200)
    t.equal((await ask({ allowedHosts: ['a.test', '*'] }, host)).status, 200)
  }
  t.equal((await ask({})).status, 200)
})

// MW-HOST-4, MW-HOST-7
t.test('a name is redirected to the one with www', async (t) => {
  const allowedHosts = ['www.example.org', '*.wild.test']
  const location = async (host: string, scope: Partial<HTTPScope> = {}) => {
    const { status, headers } = await ask({ allowedHosts }, host, scope)
    return status === 307 ? headers.get('location') : status
  }

  t.equal(await location('example.org'), 'http://www.example.org/')
  t.equal(await location('Example.org.:8000'), 'http://www.example.org:8000/')
  const deep = { scheme: 'https', path: '/a b', rawPath: '/a%20b', queryString: 'c=%20' }
  t.equal(await location('example.org', deep), 'https://www.example.org/a%20b?c=%20')
  t.equal(await location('wild.test'), 400, 'a wildcard lists no name')
  t.equal(await location('other.test'), 400)
  t.equal(await location(''), 400)
  t.equal((await ask({ allowedHosts, wwwRedirect: false }, 'example.org')).status, 400)
})

t.test('a name with an underscore is redirected too', async (t) => {
  const { status, headers } = await ask({ allowedHosts: ['www.my_service'] }, 'my_service')

  t.same([status, headers.get('location')], [307, 'http://www.my_service/'])
})

t.test('the allowed host is used in URLs', async (t) => {
  const allowedHosts = ['example.org', '*.example.org', 'my_service', '[::1]', '192.0.2.1']
  const app = trustedHost({ allowedHosts })(
    toApp(
      Route('/', (request) => new PlainTextResponse(request.url.host)),
      'the test',
    ),
  )
  for (const [host, expected] of [
    ['example.org', 'example.org'],
    ['Example.ORG.:8000', 'example.org:8000'],
    ['example.org:', 'example.org'],
    ['a_b.example.org', 'a_b.example.org'],
    ['a.example.org.', 'a.example.org'],
    ['my_service:8000', 'my_service:8000'],
    ['[::1]:8000', '[::1]:8000'],
    ['192.0.2.1', '192.0.2.1'],
  ] as const) {
    const { text } = responseOf(await call(app, httpScope({ headers: ['host', host] })))
    t.equal(text, expected, host)
  }
})

// MW-HOST-6
t.test('websockets are checked too', async (t) => {
  const app = trustedHost({ allowedHosts: ['www.example.org'] })(home)
  const connect = [{ type: 'websocket.connect' }] as const
  const start = async (host: string) =>
    (await call(app, websocketScope({ headers: ['host', host] }), connect))[0]

  t.match(await start('www.example.org'), { status: 200 })
  t.match(await start('evil'), { type: 'websocket.http.response.start', status: 400 })
  t.match(await start('example.org'), {
    status: 307,
    headers: ['content-length', '0', 'location', 'ws://www.example.org/'],
  })
})

t.test('a name with its final dot reaches the routes of its host', async (t) => {
  const app = Application({
    middleware: [trustedHost({ allowedHosts: ['api.example.org'] })],
    routes: [
      Host('api.example.org', home),
      Route('/', () => new PlainTextResponse('no host has this')),
    ],
  })
  for (const host of ['api.example.org', 'api.example.org.', 'API.example.org.:80']) {
    const sent = await call(app, httpScope({ headers: ['host', host] }))
    t.equal(responseOf(sent).text, 'home', host)
  }
})

t.test('a handler of 400 answers', async (t) => {
  const app = Application({
    middleware: [trustedHost({ allowedHosts: ['example.org'] })],
    exceptionHandlers: [[400, () => new PlainTextResponse('who?', { status: 400 })]],
    routes: [Route('/', () => new PlainTextResponse('home'))],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/')).text(), 'who?')
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, trustedHost({ allowedHosts: ['a'] })),
)

t.test('returns what the app returns', async (t) =>
  assertGivesOn(t, trustedHost({ allowedHosts: ['testserver'] })),
)

// MW-HOST-2
t.test('an invalid host throws at once', async (t) => {
  for (const host of [
    'https://example.org',
    'example.org:8000',
    'example.org/',
    'example.org.',
    '.example.org',
    'a..b',
    '*example.org',
    'a.*.org',
    '*.*.org',
    '*.',
    '::1',
    'user@example.org',
    "a'b",
    '1.2.3.999',
    '127.1',
    'a b',
    '',
    7,
  ]) {
    t.throws(() => trustedHost({ allowedHosts: [host as string] }), {
      name: 'TypeError',
      message: `trustedHost: a host must be a name or an address without scheme and port, ${JSON.stringify(host)} was given. Write "example.org", "*.example.org" or "[::1]".`,
    })
  }
  t.throws(() => trustedHost({ allowedHosts: [] }), {
    message: /must be a list of hosts, \[\] was/,
  })
  // @ts-expect-error a list is needed
  t.throws(() => trustedHost({ allowedHosts: 'a' }), { message: /a list of hosts, "a" was given/ })
})
