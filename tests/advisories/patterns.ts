// Advisories of other projects about patterns that a path makes slow.
import t from 'tap'
import { registerConvertor } from '../../lib/convertors.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Host, Mount, Route, Router } from '../../lib/routing.ts'
import { assertLinear } from '../support/linear.ts'
import { httpScope } from '../support/scopes.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

const answer = new PlainTextResponse('')
const ACCEPT = async (): Promise<void> => {}
const NOTHING = (): Promise<never> => new Promise(() => {})

// One shape at a time, and more of them, in tests/routing/table/linear.ts.
const PATTERNS = [
  '/{a}-{b}-{c}.{d}',
  '/{a:path}/{b:path}-{c:path}/x',
  '/{a:float}{b:int}-{c:float}',
  '/{a}/{b}/{c}/{d}/{e}/end',
  '/:a?/:b?/:c?/end',
  '/:a?/x/:b?/x/*',
]

/** What leads into many ways to cut a text, and fails at its very end. */
const UNITS = ['-', '/', '0.', '-a', '/x', '//x', '%0A', '\n']

for (const unit of UNITS) {
  const name = JSON.stringify(unit)
  t.test(
    `CVE-2024-45813 CVE-2024-45296 CVE-2024-52798 CVE-2026-4867 CVE-2026-4926: every path of ${name} is matched in linear time`,
    (t) => {
      const router = Router([
        Mount('/{a}-{b}/end', answer),
        Mount('/{a:path}/end', answer),
        ...PATTERNS.map((pattern) => Route(pattern, () => answer)),
      ])
      const makeInput = (size: number): string => `/x${unit.repeat(size / unit.length)}\n-/`

      assertLinear(t, makeInput, (path) => {
        router(httpScope({ path }), NOTHING, ACCEPT)
      })
      t.end()
    },
  )
}

t.test('CVE-2024-45296: host patterns are matched in linear time', (t) => {
  for (const pattern of ['{a}.{b}.{c}.example', '{a}-{b}{c:path}.x', '{a:int}.{b:float}.x']) {
    const host = Host(pattern, answer)
    for (const unit of ['.', 'a', 'a.', '-', '0.', '0']) {
      const makeInput = (size: number): string => `${unit.repeat(size / unit.length)}!`
      assertLinear(t, makeInput, (name) => host.matches(httpScope({ headers: ['host', name] })))
    }
  }
  t.end()
})

t.test('CVE-2024-45296 CVE-2026-4926: patterns that may be slow are refused', (t) => {
  for (const pattern of [/(a+)+/, /(a|aa)*/, /([a-z]+\d*)+x/, /(a?){30}/, /(?=a+)a+/, /(a)\1+/]) {
    t.throws(
      () => registerConvertor('slow', { pattern, convert: (text) => text, toText: String }),
      /registerConvertor: the pattern of "slow" must be safe from slow matching/,
      String(pattern),
    )
  }
  t.throws(() => Route('/{a:slow}', () => answer), /unknown convertor "slow"/)
  for (const path of [
    '/:a-:b',
    '/:a:b',
    '/:a(\\d+)',
    '/a{/b}?',
    '/:a+',
    '/:a*',
    '/(.*)-(.*)',
    '/a*b*',
  ]) {
    t.throws(() => Route(path, () => answer), TypeError, path)
  }
  t.end()
})

t.test('a path with more than one wildcard is refused', (t) => {
  for (const path of ['/*/*', '/*/*/*/*', '/a/*/b/*', '/*/a', '/*/', '/**', '/*?', '/x*']) {
    t.throws(() => Route(path, () => answer), /Route: .*, in "/, path)
  }
  t.throws(() => Mount('/*', answer), /a prefix cannot have optional parameters or a wildcard/)
  t.end()
})

// A wildcard takes no line feed, as `path` does not (RT-14 as Starlette does it): 404, and at once.
t.test('one wildcard is as fast with slashes and line feeds', async (t) => {
  const app = Router([Route('/x/*', ({ pathParams }) => new PlainTextResponse(pathParams['*']))])
  const { talk } = await listening(t, app)
  for (const [rest, status] of [
    ['/'.repeat(15_000), 200],
    ['/a'.repeat(7_500), 200],
    [`${'/'.repeat(500)}%0A`, 404],
    [`${'/a'.repeat(7_500)}%0A`, 404],
    ['%0A'.repeat(5_000), 404],
  ] as const) {
    const received = await talk(request(`GET /x/${rest}`, ['connection: close']))
    t.strictSame(statuses(received), [status], rest.slice(-8))
    if (status === 200) t.equal(bodyOf(received), rest)
  }

  for (const unit of ['/', '\n', '/\n', '/a']) {
    const makeInput = (size: number): string => `/x/${unit.repeat(size / unit.length)}\n`
    assertLinear(t, makeInput, (path) => {
      app(httpScope({ path }), NOTHING, ACCEPT)
    })
  }
})
