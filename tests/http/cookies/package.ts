// Cookies as the package cookie, which most frameworks use, reads and writes them.
import { parseCookie, stringifySetCookie } from 'cookie'
import fc from 'fast-check'
import t from 'tap'
import { parseCookies, serializeCookie } from '../../../lib/http/cookies.ts'

t.test('pairs are found as the package cookie finds them', (t) => {
  const unit = fc.constantFrom('a', 'b', '=', ';', ' ', '\t', '"', '%41', '\u00a0', ',')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (field) => {
      const { '': _, ...theirs } = parseCookie(field, { decode: (value) => value })
      t.same(Object.keys(parseCookies([field])), Object.keys(theirs))
    }),
  )
  t.end()
})

t.test('attributes are written as the package cookie writes them', (t) => {
  const some = <Value>(...values: Value[]) => fc.constantFrom(undefined, ...values)
  const options = fc.record({
    maxAge: some(-1, 0, 10),
    expires: some(new Date(0), new Date(1e12)),
    path: some('/', '/a'),
    domain: some('a.b', '.a-b.c', 'A1'),
    httpOnly: some(true, false),
    partitioned: some(true, false),
    sameSite: some<'lax' | 'strict' | 'none'>('lax', 'strict', 'none'),
  })
  fc.assert(
    fc.property(fc.string(), options, (value, given) => {
      const known = Object.entries(given).filter(([, option]) => option !== undefined)
      const all = {
        path: '/',
        sameSite: 'lax' as const,
        secure: true,
        ...Object.fromEntries(known),
      }
      t.equal(serializeCookie('n', value, all), stringifySetCookie('n', value, all))
    }),
  )
  t.end()
})
