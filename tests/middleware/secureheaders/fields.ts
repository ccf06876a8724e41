import t from 'tap'
import { Headers } from '../../../lib/http/headers.ts'
import {
  type FieldOptions,
  fieldsOf,
  transportSecurity,
} from '../../../lib/middleware/secureheaders/fields.ts'

const told = (options: FieldOptions) => new Headers(fieldsOf(options)).toJSON()

const DEFAULTS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
}

t.test('the defaults', async (t) => {
  t.same(told({}), DEFAULTS)
})

t.test('each can be changed or omitted', async (t) => {
  const { 'x-frame-options': _, ...others } = DEFAULTS

  t.same(told({ xFrameOptions: false }), others)
  t.same(told({ xFrameOptions: 'DENY', permissionsPolicy: 'camera=()' }), {
    ...DEFAULTS,
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=()',
  })
  t.same(told({ crossOriginEmbedderPolicy: 'require-corp' }), {
    ...DEFAULTS,
    'cross-origin-embedder-policy': 'require-corp',
  })
  // @ts-expect-error programs without types give this
  t.same(told({ xFrameOptions: undefined }), DEFAULTS)
})

t.test('transport security', async (t) => {
  t.equal(transportSecurity({}), 'max-age=31536000; includeSubDomains')
  t.equal(transportSecurity({ maxAge: 0, includeSubDomains: false }), 'max-age=0')
  const list = { maxAge: 63_072_000, preload: true }
  t.equal(transportSecurity(list), 'max-age=63072000; includeSubDomains; preload')
})

t.test('invalid options throw at once', async (t) => {
  for (const value of [true, '', 7, null]) {
    const options = { referrerPolicy: value } as unknown as FieldOptions
    if (value === null) t.same(told(options), DEFAULTS)
    else
      t.throws(() => fieldsOf(options), { message: /"referrer-policy" must be text, .* was given/ })
  }
  t.throws(() => fieldsOf({ referrerPolicy: 'a\r\nb' }), {
    message: /^Headers: the value of "referrer/,
  })
  for (const maxAge of [-1, 1.5, Number.NaN]) {
    t.throws(() => transportSecurity({ maxAge }), {
      name: 'RangeError',
      message: `secureHeaders: maxAge must be a whole number of seconds, ${maxAge} was given. Write 0 to revoke it in browsers.`,
    })
  }
  t.throws(() => transportSecurity({ maxAge: 60, preload: true }), {
    message:
      'secureHeaders: preload needs subdomains and a maxAge of a year, maxAge 60 was given. Write { maxAge: 31536000, preload: true }.',
  })
  t.throws(() => transportSecurity({ includeSubDomains: false, preload: true }), {
    message: /maxAge 31536000 was given without subdomains\./,
  })
})
