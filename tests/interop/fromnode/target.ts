import fc from 'fast-check'
import t from 'tap'
import { targetOf } from '../../../lib/interop/fromnode/target.ts'
import { httpScope } from '../../support/scopes.ts'

/** As a server and the mounts inside it fill a scope. */
function target(
  rawPath: string,
  rootPath = '',
  queryString = '',
): readonly [string, string, string] {
  const path = decodeURIComponent(rawPath)
  const { url, baseUrl, originalUrl } = targetOf(
    httpScope({ path, rawPath, rootPath, queryString }),
  )
  return [baseUrl, url, originalUrl]
}

t.test('the prefix is removed at the same place as by routing', async (t) => {
  for (const [rawPath, rootPath, expected] of [
    ['/', '', ['', '/', '/']],
    ['/x/y', '', ['', '/x/y', '/x/y']],
    ['/a/b/', '/a/b', ['/a/b', '/', '/a/b/']],
    ['/a/b', '/a/b', ['/a/b', '/', '/a/b']],
    ['/a/b/x', '/a/b', ['/a/b', '/x', '/a/b/x']],
    ['/ab/x', '/a', ['', '/ab/x', '/ab/x']],
    ['/other', '/a', ['', '/other', '/other']],
    ['*', '', ['', '*', '*']],
    // Encoded on the wire, decoded in the scope.
    ['/donn%C3%A9es/x', '/données', ['/donn%C3%A9es', '/x', '/donn%C3%A9es/x']],
    ['/donn%c3%a9es/x', '/données', ['/donn%c3%a9es', '/x', '/donn%c3%a9es/x']],
    ['/a%20b/c%20d', '/a b', ['/a%20b', '/c%20d', '/a%20b/c%20d']],
    ['/100%25/x', '/100%', ['/100%25', '/x', '/100%25/x']],
    ['/a%3Fb/x', '/a?b', ['/a%3Fb', '/x', '/a%3Fb/x']],
    // A slash that is escaped in the prefix, or behind it, is one for routing; in a segment it stays.
    ['/a%2Fb/x', '/a/b', ['/a%2Fb', '/x', '/a%2Fb/x']],
    ['/a%2Fx', '/a', ['/a', '/x', '/a%2Fx']],
    ['/a%2fx', '/a', ['/a', '/x', '/a%2fx']],
    ['/a/x%2Fy', '/a', ['/a', '/x%2Fy', '/a/x%2Fy']],
    // Escapes without need are gone, so that nothing inside reads another path than routing.
    ['/%61/%61dmin', '/a', ['/a', '/admin', '/a/admin']],
    ['/a/%7Euser%2d%5F%30%2E', '/a', ['/a', '/~user-_0.', '/a/~user-_0.']],
    ['/a/%2561dmin', '/a', ['/a', '/%2561dmin', '/a/%2561dmin']],
    ['/a//b', '/a', ['/a', '//b', '/a//b']],
    ['//a/b', '', ['', '//a/b', '//a/b']],
    ['/a/..%2fb', '/a', ['/a', '/..%2fb', '/a/..%2fb']],
  ] as const) {
    t.strictSame(target(rawPath, rootPath), expected, rawPath)
  }
})

t.test('the query is not changed', async (t) => {
  t.strictSame(target('/a/b', '/a', 'x=%20&y'), ['/a', '/b?x=%20&y', '/a/b?x=%20&y'])
  t.strictSame(target('/a', '/a', 'x'), ['/a', '/?x', '/a?x'])
})

t.test('a changed scope takes precedence over the original target', async (t) => {
  for (const [path, rawPath, expected] of [
    ['/a/new one', '/a/old', ['/a', '/new%20one', '/a/new%20one']],
    ['/a/100%', '/a/%zz', ['/a', '/100%25', '/a/100%25']],
    ['/a/../b', '/a/b', ['/a', '/%252e%252e/b', '/a/%252e%252e/b']],
    ['/a/x?y#z', '', ['/a', '/x%3Fy%23z', '/a/x%3Fy%23z']],
  ] as const) {
    const { url, baseUrl, originalUrl } = targetOf(httpScope({ path, rawPath, rootPath: '/a' }))
    t.strictSame([baseUrl, url, originalUrl], expected, path)
  }
})

t.test('the inner path decodes to the path that was matched', async (t) => {
  const segment = fc.string({
    unit: fc.constantFrom('a', 'é', '%', ' ', '.', '~', '/', '?', '2', 'F'),
  })
  fc.assert(
    fc.property(segment, segment, fc.boolean(), (prefix, rest, lower) => {
      const encode = (text: string): string =>
        [...text].map((char) => (char === '/' ? char : encodeURIComponent(char))).join('')
      const rootPath = prefix === '' ? '' : `/${prefix}`
      const raw = `${encode(rootPath)}/${encode(rest)}`
      const rawPath = lower ? raw.replaceAll(/%../g, (escaped) => escaped.toLowerCase()) : raw
      const { url, baseUrl } = targetOf(
        httpScope({ path: `${rootPath}/${rest}`, rawPath, rootPath }),
      )
      return decodeURIComponent(baseUrl) === rootPath && decodeURIComponent(url) === `/${rest}`
    }),
    { seed: 6, numRuns: 2_000 },
  )
  t.pass('for all of them')
})
