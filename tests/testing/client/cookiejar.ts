import fc from 'fast-check'
import t from 'tap'
import { CookieJar } from '../../../lib/testing/client/cookiejar.ts'
import { anyText } from '../../support/texts.ts'

const SITE = new URL('http://example.org/app/page')

/** The field for a request after these `Set-Cookie` fields came from the site. */
function after(fields: readonly string[], target: string | URL = SITE): string {
  const jar = new CookieJar()
  for (const field of fields) jar.take(field, SITE)
  return jar.fieldFor(new URL(target, SITE))
}

t.test('sends back cookies unchanged, byte for byte', async (t) => {
  t.equal(
    after(['a=1', 'b="x\\054 y"; HttpOnly', 'c=%zz%20', 'd=', 'e=1=2']),
    'a=1; b="x\\054 y"; c=%zz%20; d=; e=1=2',
  )
  t.equal(after([]), '')
})

t.test('keeps the last cookie for a name, domain and path', async (t) => {
  t.equal(after(['a=1', 'b=2', 'a=3']), 'a=3; b=2')
})

t.test('drops a cookie without a name', async (t) => {
  t.equal(after(['=x', 'x', '']), '')
})

t.test('keeps cookies with names of object properties', async (t) => {
  t.equal(after(['__proto__=1', 'constructor=2']), '__proto__=1; constructor=2')
})

t.test('sends a cookie to its domain (RFC 6265 section 5.1.3)', async (t) => {
  const cases: [string, string, string][] = [
    ['a=1', 'http://example.org/app/', 'a=1'],
    ['a=1', 'http://www.example.org/app/', ''],
    ['a=1; Domain=example.org', 'http://www.example.org/app/', 'a=1'],
    ['a=1; Domain=.Example.ORG', 'http://www.example.org/app/', 'a=1'],
    ['a=1; Domain=example.org', 'http://badexample.org/app/', ''],
    ['a=1; Domain=www.example.org', 'http://www.example.org/app/', ''],
    ['a=1; Domain=other.org', 'http://other.org/app/', ''],
    ['a=1', 'http://example.org:8080/app/', 'a=1'],
  ]
  for (const [field, target, expected] of cases) t.equal(after([field], target), expected, field)
})

t.test('an address matches only itself (RFC 6265 section 5.1.3)', async (t) => {
  const jar = new CookieJar()
  const local = new URL('http://127.0.0.1/')
  for (const field of ['a=1; Domain=0.0.1', 'b=1; Domain=.1', 'c=1; Domain=127.0.0.1']) {
    jar.take(field, local)
  }
  jar.take('d=1', new URL('http://[::1]/'))
  t.equal(jar.fieldFor(local), 'c=1')
  t.equal(jar.fieldFor(new URL('http://[::1]/')), 'd=1')
})

t.test('an empty Domain is ignored (RFC 6265 section 5.2.3)', async (t) => {
  for (const field of ['a=1; Domain=', 'a=1; Domain', 'a=1; Domain= ', 'a=1; Domain=.']) {
    t.equal(after([field]), 'a=1', field)
    t.equal(after([field], 'http://www.example.org/app/'), '', `${field} is for its host alone`)
  }
})

t.test('sends a cookie to its path (RFC 6265 section 5.1.4)', async (t) => {
  const cases: [string, string, string][] = [
    ['a=1', '/app', 'a=1'],
    ['a=1', '/app/deep/er', 'a=1'],
    ['a=1', '/apple', ''],
    ['a=1', '/', ''],
    ['a=1; Path=/', '/other', 'a=1'],
    ['a=1; Path=/x', '/x', 'a=1'],
    ['a=1; Path=/x', '/x/y', 'a=1'],
    ['a=1; Path=/x', '/xy', ''],
    ['a=1; Path=/x/', '/x/y', 'a=1'],
    ['a=1; Path=/x/', '/x', ''],
    ['a=1; Path=relative', '/app/x', 'a=1'],
  ]
  for (const [field, target, expected] of cases) t.equal(after([field], target), expected, target)

  const jar = new CookieJar()
  jar.take('a=1', new URL('http://example.org/top'))
  t.equal(jar.fieldFor(new URL('http://example.org/other')), 'a=1')
})

t.test('sends longer paths first, then older ones (RFC 6265 section 5.4)', async (t) => {
  const fields = ['a=root; Path=/', 'b=1; Path=/', 'a=deep; Path=/app', 'a=changed; Path=/']
  t.equal(after(fields), 'a=deep; a=changed; b=1')
})

t.test('sends a secure cookie over https only: MW-SESS-14', async (t) => {
  t.equal(after(['a=1; Secure']), '')
  t.equal(after(['a=1; Secure'], 'https://example.org/app/'), 'a=1')
})

t.test('deletes expired cookies', async (t) => {
  const past = 'Thu, 01 Jan 1970 00:00:00 GMT'
  const future = 'Fri, 31 Dec 9999 23:59:59 GMT'
  const cases: [string, string][] = [
    ['a=2; Max-Age=0', ''],
    ['a=2; Max-Age=-1', ''],
    [`a=2; Expires=${past}`, ''],
    [`a=2; Expires=${future}`, 'a=2'],
    [`a=2; Max-Age=60; Expires=${past}`, 'a=2'],
    [`a=2; Max-Age=0; Expires=${future}`, ''],
    ['a=2; Max-Age=soon; Expires=never', 'a=2'],
  ]
  for (const [field, expected] of cases) t.equal(after(['a=1', field]), expected, field)
})

t.test('deletes a cookie at its expiry', async (t) => {
  const { now } = Date
  t.teardown(() => {
    Date.now = now
  })
  const jar = new CookieJar()
  jar.take('a=1; Max-Age=60', SITE)
  t.equal(jar.get('a'), '1')

  Date.now = () => now() + 61_000
  t.equal(jar.get('a'), undefined)
  t.equal(jar.fieldFor(SITE), '')
})

t.test('cookies can be set manually, for all paths of a host', async (t) => {
  const jar = new CookieJar()
  jar.set('a', 'x; y', SITE)

  t.equal(jar.fieldFor(new URL('/other', SITE)), 'a=x%3B%20y')
  t.equal(jar.fieldFor(new URL('http://other.org/')), '')
  t.throws(() => jar.set('a;b', '1', SITE), TypeError)
})

t.test('returns any value that was set', async () => {
  fc.assert(
    fc.property(anyText(), (value) => {
      const jar = new CookieJar()
      jar.set('a', value.toWellFormed(), SITE)
      return jar.get('a') === value.toWellFormed()
    }),
  )
})

t.test('returns values as a request reads them, and can be cleared', async (t) => {
  const jar = new CookieJar()
  jar.take('a="x\\054y"', SITE)
  jar.take('b=%C3%A9', SITE)

  t.equal(jar.get('a'), 'x,y')
  t.equal(jar.get('b'), 'é')
  t.equal(jar.get('none'), undefined)
  jar.clear()
  t.equal(jar.get('a'), undefined)
})
