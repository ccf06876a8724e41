import t from 'tap'
import { shown } from '../../../lib/internal/checks.ts'
import {
  type CSPDirectives,
  DEFAULT_DIRECTIVES,
  NONCE,
  policyOf,
} from '../../../lib/middleware/secureheaders/csp.ts'

const DEFAULTS =
  "default-src 'self'; base-uri 'self'; font-src 'self' https: data:; form-action 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self' https: 'unsafe-inline'; upgrade-insecure-requests"

const NOTHING = Object.fromEntries(Object.keys(DEFAULT_DIRECTIVES).map((name) => [name, false]))

const only = (directives: CSPDirectives, nonce = '') =>
  policyOf({ ...NOTHING, ...directives }).value(nonce)

t.test('the defaults', async (t) => {
  t.equal(policyOf({}).value('x'), DEFAULTS)
  t.equal(policyOf({}).usesNonce, false)
})

t.test('directives replace the defaults', async (t) => {
  const { value } = policyOf({
    scriptSrc: ["'self'", 'https://cdn.example'],
    upgradeInsecureRequests: false,
    connectSrc: ['wss://example.org:8000/chat'],
  })

  t.equal(
    value(''),
    DEFAULTS.replace("script-src 'self'", "script-src 'self' https://cdn.example").replace(
      'upgrade-insecure-requests',
      'connect-src wss://example.org:8000/chat',
    ),
  )
})

t.test('an undefined directive keeps its default', async (t) => {
  // @ts-expect-error programs without types give this
  t.equal(policyOf({ scriptSrc: undefined }).value(''), DEFAULTS)
})

t.test('names are written as in the policy', async (t) => {
  t.equal(only({ requireTrustedTypesFor: ["'script'"] }), "require-trusted-types-for 'script'")
  t.equal(only({ sandbox: true }), 'sandbox')
  t.equal(only({ sandbox: ['allow-forms', 'allow-scripts'] }), 'sandbox allow-forms allow-scripts')
  t.equal(only({}), '')
})

t.test('the nonce is inserted at each placeholder', async (t) => {
  const policy = policyOf({ ...NOTHING, scriptSrc: [NONCE, "'strict-dynamic'"], styleSrc: [NONCE] })

  t.equal(policy.usesNonce, true)
  t.equal(policy.value('abc='), "script-src 'nonce-abc=' 'strict-dynamic'; style-src 'nonce-abc='")
  t.equal(policy.value('$&'), "script-src 'nonce-$&' 'strict-dynamic'; style-src 'nonce-$&'")
})

t.test('invalid options throw at once', async (t) => {
  for (const name of ['script-src', 'scriptsrc', 'toString', '']) {
    t.throws(() => policyOf({ [name]: ["'self'"] } as CSPDirectives), {
      name: 'TypeError',
      message: `secureHeaders: unknown directive of the content security policy, ${JSON.stringify(name)} was given. Write its name in camelCase, such as scriptSrc.`,
    })
  }
  for (const sources of [[], 'self', null, 7] as unknown as readonly string[][]) {
    t.throws(() => policyOf({ scriptSrc: sources }), {
      message: `secureHeaders: scriptSrc must be a list of sources, ${JSON.stringify(sources)} was given. Write ["'none'"] to allow nothing, false to leave it out.`,
    })
  }
  for (const source of ['a b', 'a;b', 'a,b', 'a\0b', 'a\r\nb', 'é', '', 7] as string[]) {
    t.throws(() => policyOf({ imgSrc: [source] }), {
      message: `secureHeaders: a source of imgSrc must be text without spaces, commas and semicolons, ${shown(source)} was given. Give each source on its own.`,
    })
  }
  for (const source of ['self', 'None', 'unsafe-inline', 'strict-dynamic', 'nonce-a', 'sha256-a']) {
    t.throws(() => policyOf({ scriptSrc: [source] }), {
      message: `secureHeaders: a keyword of scriptSrc must be quoted, "${source}" was given. Write "'${source}'".`,
    })
  }
})
