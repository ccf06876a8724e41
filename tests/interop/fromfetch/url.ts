import fc from 'fast-check'
import t from 'tap'
import { urlOf } from '../../../lib/interop/fromfetch/url.ts'
import type { HTTPScope } from '../../../lib/types.ts'
import { httpScope } from '../../support/scopes.ts'
import { anyText } from '../../support/texts.ts'

/** A scope as a server makes it of a path on the wire, below mounts that are decoded. */
function scopeOf(rawPath: string, rootPath = '', rest: Partial<HTTPScope> = {}): HTTPScope {
  return httpScope({ rawPath, path: decodeURIComponent(rawPath), rootPath, ...rest })
}

t.test('is absolute: scheme, host, encoded path and query', async (t) => {
  const headers = ['host', 'example.org:8443']
  const scope = scopeOf('/a%20b/c', '', { scheme: 'https', headers, queryString: 'q=1&r=%2F' })

  t.equal(urlOf(scope, true), 'https://example.org:8443/a%20b/c?q=1&r=%2F')
})

t.test('below mounts it is the rest of the path, in its original encoding', async (t) => {
  for (const [rawPath, rootPath, expected] of [
    ['/a/b/c', '/a/b', '/c'],
    ['/a/b', '/a/b', '/'],
    ['/a/b/', '/a/b', '/'],
    ['/a%20b/c%20d', '/a b', '/c%20d'],
    ['/%61/x', '/a', '/x'],
    ['/caf%C3%A9/x%2Fy', '/café', '/x%2Fy'],
    ['/%F0%9F%98%80/x', '/\u{1f600}', '/x'],
    ['/%E2%82%AC/%25', '/€', '/%25'],
    ['/100%25/x', '/100%', '/x'],
    // Escaped at the end of the prefix, a slash is what routing has taken it for.
    ['/a%2Fx', '/a', '/x'],
    ['/a%2fx%2fy', '/a', '/x%2fy'],
    ['/a%2F%2Fx', '/a', '/%2Fx'],
    ['/a%2Fb%2Fx', '/a/b', '/x'],
    ['/ab/c', '/a', '/ab/c'], // not below it
    ['/other', '/a', '/other'],
  ] as const) {
    t.equal(urlOf(scopeOf(rawPath, rootPath), true), `http://testserver${expected}`, rawPath)
    const whole = rawPath.replace('%61', 'a')
    t.equal(urlOf(scopeOf(rawPath, rootPath), false), `http://testserver${whole}`, rawPath)
  }
})

t.test('unnecessary escapes are removed, so that paths can be compared', async (t) => {
  t.equal(
    urlOf(scopeOf('/a/%61dmin%2D%7e%5Fx%2520', '/a'), true),
    'http://testserver/admin-~_x%2520',
  )
  t.equal(urlOf(scopeOf('/%61/x', '/a'), false), 'http://testserver/a/x')
})

t.test('characters that a URL parser would resolve or split at stay in the name', async (t) => {
  for (const rawPath of [
    '/pub/../admin',
    '/pub/%2e%2e/admin',
    '/pub/.%2E/admin',
    '/pub/..%2fadmin',
    '/pub/..\\admin',
    '/..',
    '/pub/./x',
  ]) {
    const url = urlOf(scopeOf(rawPath), true)
    t.equal(new URL(url).href, url, rawPath)
    t.equal(new URL(url).pathname.split('/').length, decodeURIComponent(rawPath).split('/').length)
  }
})

t.test('a path that middleware changed takes precedence over the raw path', async (t) => {
  const changed = { ...scopeOf('/old/x%20y', '/old'), path: '/old/z é' }

  t.equal(urlOf(changed, true), 'http://testserver/z%20%C3%A9')
})

t.test('a raw path that cannot be decoded is not used', async (t) => {
  t.equal(urlOf(httpScope({ rawPath: '/%ff', path: '/a' }), true), 'http://testserver/a')
})

t.test('other characters are encoded as URLs require', async (t) => {
  const scope = httpScope({ rawPath: '/<a>', path: '/<a>', queryString: 'a#b="' })

  t.equal(urlOf(scope, true), 'http://testserver/%3Ca%3E?a%23b=%22')
})

t.test('an invalid host is replaced by the address of the server', async (t) => {
  for (const [host, expected] of [
    ['evil.org/@x', 'http://127.0.0.1:8000/'],
    ['a b', 'http://127.0.0.1:8000/'],
    ['', 'http://127.0.0.1:8000/'],
    ['[::1]:80', 'http://[::1]/'],
  ] as const) {
    t.equal(urlOf(httpScope({ headers: ['host', host] }), true), expected, host)
  }
  const elsewhere = httpScope({ headers: ['host', 'a b'], server: { host: 'h', port: 1 } })
  t.equal(urlOf(elsewhere, true), 'http://h:1/')
})

t.test('any path survives parsing of the URL', async () => {
  const segment = anyText({ minLength: 1 }).map((text) => text.toWellFormed())
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1 }),
      fc.array(segment),
      fc.constantFrom('/', '%2F', '%2f'),
      (segments, mount, slash) => {
        const encode = (names: string[]): string =>
          names.map((name) => `/${encodeURIComponent(name)}`).join('')
        const rootPath = decodeURIComponent(encode(mount))
        // The slash between the prefix and the rest may be escaped.
        const between = mount.length > 0 ? slash : '/'
        const rawPath = `${encode(mount)}${between}${encode(segments).slice(1)}`
        const url = new URL(urlOf(scopeOf(rawPath, rootPath), true))

        const isDots = (name: string): boolean => /^\.{1,2}$/.test(name)
        const expected = decodeURIComponent(encode(segments))
        if (expected.split('/').some(isDots)) return url.pathname.includes('%252e')
        return decodeURIComponent(url.pathname) === expected && url.search === ''
      },
    ),
  )
})
