import t from 'tap'
import { type Origins, originRule } from '../../../lib/middleware/cors/origins.ts'
import { assertLinear } from '../../support/linear.ts'
import { httpScope } from '../../support/scopes.ts'

const allows = (origins: Origins, origin: string) => originRule(origins).allows(origin, httpScope())

t.test('reports whether all origins are treated alike', async (t) => {
  t.equal(originRule('*').kind, 'all')
  t.equal(originRule(['*']).kind, 'all')
  t.equal(originRule().kind, 'none')
  t.equal(originRule([]).kind, 'none')
  t.equal(originRule(['https://example.org']).kind, 'some')
  t.equal(originRule(() => true).kind, 'some')
  t.equal(allows('*', 'https://a.example'), true)
  t.equal(allows([], 'https://a.example'), false)
})

// MW-CORS-22
t.test('a listed origin is compared exactly', async (t) => {
  const list = ['https://example.org', 'http://localhost:3000', 'chrome-extension://abcdef']

  for (const origin of list) t.equal(allows(list, origin), true, origin)
  for (const origin of [
    'https://EXAMPLE.org',
    'https://example.org/',
    'https://example.org:443',
    'http://example.org',
    'https://example.org.evil',
    'http://localhost',
    'null',
    '',
  ]) {
    t.equal(allows(list, origin), false, origin)
  }
})

t.test('a wildcard matches labels before the domain', async (t) => {
  const list = ['https://*.example.org', 'http://*.dev.test:8080']

  for (const [origin, expected] of [
    ['https://a.example.org', true],
    ['https://a.b.example.org', true],
    ['https://example.org', false],
    ['https://.example.org', false],
    ['https://a..example.org', false],
    ['https://evilexample.org', false],
    ['https://aXexample.org', false],
    ['http://a.example.org', false],
    ['https://a.example.org:8080', false],
    ['https://a.example.org.evil', false],
    ['https://evil/.example.org', false],
    ['https://evil@a.example.org', false],
    ['http://a.dev.test:8080', true],
    ['http://a.dev.test', false],
  ] as const) {
    t.equal(allows(list, origin), expected, origin)
  }
})

// MW-CORS-13
t.test('a regular expression must match the whole origin', async (t) => {
  const list = [/https:\/\/a\.test|https:\/\/b\.test/g, /http:\/\/c\.test$/im]

  for (const [origin, expected] of [
    ['https://a.test', true],
    ['https://a.test', true], // again: a global pattern would remember where it was
    ['https://b.test', true],
    ['https://a.test.evil', false],
    ['xhttps://b.test', false],
    ['HTTP://C.test', true],
    ['http://c.test\nx', false],
  ] as const) {
    t.equal(allows(list, origin), expected, JSON.stringify(origin))
  }
  t.equal(allows([/.*/], 'null'), false, 'every page in a sandbox is "null"')
  t.equal(allows([/.*/], 'x'.repeat(301)), false, 'no host is that long')
})

t.test('a function decides, synchronously or not', async (t) => {
  const scope = httpScope()
  const seen: unknown[] = []
  const { allows } = originRule((...given) => {
    seen.push(...given)
    return true
  })

  t.equal(allows('https://a.test', scope), true)
  t.same(seen, ['https://a.test', scope])
  t.equal(seen[1], scope)
  t.equal(await originRule(async () => false).allows('https://a.test', scope), false)
})

t.test('a non-boolean result of the function throws', async (t) => {
  for (const result of ['https://a.test', undefined, null, 1]) {
    // @ts-expect-error it must be a boolean
    const { allows } = originRule(() => result)
    await t.rejects(Promise.resolve(allows('https://a.test', httpScope())), {
      name: 'TypeError',
      message: /^cors: the function for origins must return true or false, .* was given/,
    })
  }
})

t.test('an invalid origin throws at once', async (t) => {
  for (const [origin, better] of [
    ['https://example.org/', 'https://example.org'],
    ['https://Example.org', 'https://example.org'],
    ['https://example.org:443', 'https://example.org'],
    ['https://example.org/path', 'https://example.org'],
    ['https://user@example.org', 'https://example.org'],
    ['example.org', 'https://example.org'],
    ['localhost:3000', 'https://example.org'],
    ['capacitor://x/y', 'https://example.org'],
    ['', 'https://example.org'],
  ] as const) {
    t.throws(() => originRule([origin]), {
      name: 'TypeError',
      message: `cors: an origin must be a scheme, a host and an optional port, ${JSON.stringify(origin)} was given. Write ${JSON.stringify(better)}.`,
    })
  }
  t.throws(() => originRule(['null']), { message: /"null" was given\. Every page in a sandbox/ })
  // @ts-expect-error origins are texts
  t.throws(() => originRule([7]), { message: /, 7 was given/ })
  t.throws(() => originRule('https://example.org' as '*'), {
    message:
      /^cors: origins must be "\*", a list or a function, "https:\/\/example\.org" was given/,
  })
  // @ts-expect-error origins are no object
  t.throws(() => originRule({}), { message: /a list or a function, an object was given/ })
})

t.test('a misplaced wildcard throws at once', async (t) => {
  for (const origin of ['https://*', 'https://*example.org', 'https://a.*.org', '*.example.org']) {
    t.throws(() => originRule([origin]), {
      name: 'TypeError',
      message: /^cors: a wildcard must be the first label of a host, ".*" was given\. Write/,
    })
  }
  t.throws(() => originRule(['https://*.Example.org']), {
    message: /Write "https:\/\/example\.org"/,
  })
})

t.test('credentials require listed origins', async (t) => {
  t.throws(() => originRule('*', true), {
    name: 'TypeError',
    message: /^cors: credentials need a list of origins, "\*" was given\. List them/,
  })
  t.throws(() => originRule(['https://a.test', '*'], true), { message: /"\*" was given/ })
  t.throws(() => originRule(undefined, true), { message: /none were given/ })
  t.equal(originRule(['https://a.test'], true).kind, 'some')
  t.equal(originRule(() => true, true).kind, 'some')
})

t.test('takes linear time for an origin', (t) => {
  const { allows } = originRule(['https://*.example.org', /https:\/\/(a+)+\.test/])

  assertLinear(
    t,
    (size) => `https://${'a.'.repeat(size / 2)}`,
    (origin) => void allows(origin, httpScope()),
  )
  t.end()
})

t.test('the final dot of a host is not compared', async (t) => {
  const { allows } = originRule(['https://example.org', 'https://*.example.org'])
  const scope = httpScope()

  t.equal(allows('https://example.org.', scope), true)
  t.equal(allows('https://a.example.org.', scope), true)
  t.equal(allows('https://example.org.evil', scope), false)
  t.equal(allows('https://example.org..', scope), false)
})
