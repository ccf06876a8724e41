import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { chain } from '../../lib/internal/apps.ts'
import {
  cspNonce,
  NONCE,
  type SecureHeadersOptions,
  secureHeaders,
} from '../../lib/middleware/secureheaders.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { toApp } from '../../lib/responses/response.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertGivesOn, assertUntouched } from '../support/untouched.ts'

const home: App = toApp(new PlainTextResponse('home'), 'the test')

async function sent(options: SecureHeadersOptions, scope: Partial<HTTPScope> = {}, app = home) {
  const wrapped = chain(lint(), secureHeaders(options), lint())(app)
  return responseOf(await call(wrapped, httpScope(scope))).headers
}

t.test('the fields by default', async (t) => {
  const headers = await sent({})

  t.same([...headers.keys()].slice(2), [
    'cross-origin-opener-policy',
    'cross-origin-resource-policy',
    'origin-agent-cluster',
    'referrer-policy',
    'x-content-type-options',
    'x-dns-prefetch-control',
    'x-download-options',
    'x-frame-options',
    'x-permitted-cross-domain-policies',
    'x-xss-protection',
    'content-security-policy',
  ])
  t.match(headers.get('content-security-policy'), /^default-src 'self'; /)
})

// RFC 6797 section 7.2
t.test('Strict-Transport-Security is sent over https only', async (t) => {
  const name = 'strict-transport-security'

  t.equal((await sent({})).get(name), null)
  t.equal((await sent({}, { scheme: 'https' })).get(name), 'max-age=31536000; includeSubDomains')
  t.equal((await sent({ strictTransportSecurity: false }, { scheme: 'https' })).get(name), null)
})

t.test('policies can be omitted, or report-only', async (t) => {
  const reported = await sent({
    contentSecurityPolicy: false,
    contentSecurityPolicyReportOnly: { reportUri: ['/csp'] },
  })

  t.equal(reported.get('content-security-policy'), null)
  t.match(reported.get('content-security-policy-report-only'), /; report-uri \/csp$/)
  t.equal((await sent({ xFrameOptions: false })).get('x-frame-options'), null)
})

t.test('existing fields of the response stay', async (t) => {
  const headers = { 'content-security-policy': "default-src 'none'", 'x-frame-options': 'DENY' }
  const app = toApp(new PlainTextResponse('home', { headers }), 'the test')

  const fields = await sent({}, {}, app)

  t.same(fields.getAll('content-security-policy'), ["default-src 'none'"])
  t.same(fields.getAll('x-frame-options'), ['DENY'])
  t.equal(fields.get('x-content-type-options'), 'nosniff')
})

t.test('each request has a nonce of its own', async (t) => {
  const contentSecurityPolicy = { scriptSrc: [NONCE], styleSrc: ["'self'", NONCE] }
  const app = Application({
    middleware: [secureHeaders({ contentSecurityPolicy })],
    routes: [Route('/', (request) => new PlainTextResponse(cspNonce(request)))],
  })
  await using client = await testClient(app)
  const nonces = new Set<string>()
  for (const url of ['/', 'https://testserver/', '/']) {
    const response = await client.get(url)
    const nonce = await response.text()
    const policy = response.headers.get('content-security-policy') ?? ''

    t.match(nonce, /^[A-Za-z0-9+/]{22}==$/)
    t.ok(policy.includes(`script-src 'nonce-${nonce}'; `))
    t.ok(policy.includes(`style-src 'self' 'nonce-${nonce}'; `))
    t.equal(response.headers.has('strict-transport-security'), url.startsWith('https'))
    nonces.add(nonce)
  }
  t.equal(nonces.size, 3)
})

t.test('cspNonce throws without a nonce', async (t) => {
  for (const state of [undefined, {}]) {
    const scope = httpScope({ state })
    await call(secureHeaders()(home), scope)
    t.throws(() => cspNonce({ scope }), {
      name: 'TypeError',
      message: /^cspNonce: this request has no nonce, none was made\. Put secureHeaders\(/,
    })
    t.same(scope.state, state)
  }
})

t.test('answers to errors have the fields too', async (t) => {
  const app = Application({
    middleware: [secureHeaders()],
    routes: [
      Route('/', () => {
        throw new Error('kaput')
      }),
    ],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })
  for (const [path, status] of [
    ['/', 500],
    ['/nowhere', 404],
  ] as const) {
    const response = await client.get(path)
    t.equal(response.status, status)
    t.equal(response.headers.get('x-content-type-options'), 'nosniff')
  }
})

t.test('a response that is sent twice has each field once', async (t) => {
  const response = new PlainTextResponse('home')
  const app = toApp(response, 'the test')

  t.same((await sent({}, {}, app)).getAll('x-frame-options'), ['SAMEORIGIN'])
  t.same((await sent({}, {}, app)).getAll('x-frame-options'), ['SAMEORIGIN'])
  t.notOk(response.headers.has('x-frame-options'))
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, secureHeaders(), websocketScope()))

t.test('returns what the app returns', async (t) => assertGivesOn(t, secureHeaders()))

t.test('invalid options throw at once', async (t) => {
  t.throws(() => secureHeaders({ contentSecurityPolicy: { scriptSrc: ['self'] } }), {
    message: /^secureHeaders: a keyword of scriptSrc must be quoted/,
  })
  t.throws(() => secureHeaders({ strictTransportSecurity: { maxAge: -1 } }), { name: 'RangeError' })
  // @ts-expect-error there is no such option
  t.throws(() => secureHeaders({ frameguard: false }), {
    message: /^secureHeaders: unknown option "frameguard"\./,
  })
})
