// Advisories of other projects about patterns that a path makes slow.
import t from 'tap'
import { registerConvertor } from '../../lib/convertors.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Host, Mount, Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testclient.ts'
import { assertLinear } from '../support/linear.ts'
import { httpScope } from '../support/scopes.ts'
import { listening, request, statuses } from '../support/sockets.ts'

const answer = new PlainTextResponse('')
const ACCEPT = async (): Promise<void> => {}
const NOTHING = (): Promise<never> => new Promise(() => {})

const PATTERNS = [
  '/{a}-{b}-{c}.{d}',
  '/{a}{b}{c}{d}',
  '/{a:path}-{b:path}-{c:path}',
  '/{a:path}/{b:path}/{c:path}/x',
  '/{a:int}{b:int}.{c:float}',
  '/{a:float}-{b:float}',
  '/{a:uuid}{b:uuid}',
  '/{a}/{b}/{c}/{d}/{e}',
  '/:a/:b/:c',
  '/:a?/:b?/:c?/:d?',
  '/:a?/x/:b?/x/*',
  '/x/*',
  '/*',
]

/** What leads into many ways to cut a text, and fails at its very end. */
const UNITS = ['-', '/', 'a', '0', '.', '-.', 'a-', '/x', '/-', '//x', '0.', '0-', '%0A', '\n', 'é']

for (const pattern of PATTERNS) {
  t.test(`CVE-2024-45296 CVE-2024-45813 CVE-2026-4867: ${pattern} is linear`, (t) => {
    const route = Route(pattern, () => answer)
    const router = Router([
      Mount('/{mount:path}/end', answer),
      Mount(pattern.includes('*') || pattern.includes('?') ? '/m' : pattern, answer),
      route,
    ])
    for (const unit of UNITS) {
      const makeInput = (size: number): string => `/x${unit.repeat(size / unit.length)}\n/`
      assertLinear(t, makeInput, (path) => {
        router(httpScope({ path }), NOTHING, ACCEPT)
        route(httpScope({ path: path.slice(0, -1) }), NOTHING, ACCEPT)
      })
    }
    t.end()
  })
}

t.test('CVE-2024-45296: patterns of hosts are linear', (t) => {
  for (const pattern of ['{a}.{b}.{c}.example', '{a}-{b}{c:path}.x', '{a:int}.{b:float}.x']) {
    const host = Host(pattern, answer)
    for (const unit of ['.', 'a', 'a.', '-', '0.', '0']) {
      const makeInput = (size: number): string => `${unit.repeat(size / unit.length)}!`
      assertLinear(t, makeInput, (name) => host.matches(httpScope({ headers: ['host', name] })))
    }
  }
  t.end()
})

t.test('CVE-2024-45296 CVE-2026-4926: patterns that cannot be linear are not built', (t) => {
  for (const pattern of [/(a+)+/, /(a|aa)*/, /([a-z]+\d*)+x/, /(a?){30}/, /(?=a+)a+/, /(a)\1+/]) {
    t.throws(
      () => registerConvertor('slow', { pattern, convert: (text) => text, toText: String }),
      /registerConvertor: the pattern of "slow" must not be able to be slow/,
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

t.test('regexparam 3: more than one wildcard is not built', (t) => {
  for (const path of ['/*/*', '/*/*/*/*', '/a/*/b/*', '/*/a', '/*/', '/**', '/*?', '/x*']) {
    t.throws(() => Route(path, () => answer), /Route: .*, in "/, path)
  }
  t.throws(() => Mount('/*', answer), /a prefix cannot be open/)
  t.end()
})

t.test('regexparam 3: one wildcard takes 16 KB of line feeds in its stride', async (t) => {
  const app = Router([Route('/x/*', ({ pathParams }) => new PlainTextResponse(pathParams['*']))])
  const { connect } = await listening(t, app)
  const client = await connect()
  const slashes = '/'.repeat(500)
  for (const rest of ['%0A'.repeat(5_000), `${slashes}%0A`, `${'/a'.repeat(5_000)}%0A`]) {
    client.send(request(`GET /x/${rest}`)).send(request(`GET ${rest}/`))
  }
  client.send(request('GET /last', ['connection: close']))
  t.strictSame(statuses(await client.end()), [200, 404, 200, 404, 200, 404, 404])

  await using inner = await testClient(app)
  const path = `/x/${'\n/'.repeat(8_192)}`
  t.equal(await (await inner.get('/', { scope: { path } })).text(), path.slice(3))
})
