// Published advisories about cookies, and that they do not work here. Each test is named by the
// advisory, attacks a server through a socket, and then asks the same server once more.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import type { CookieOptions } from '../../lib/http/cookies.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

/** What ends an attribute, or the field. */
const BREAKS = [
  ';',
  '; HttpOnly',
  '\r\n',
  '\n',
  '\r',
  '\0',
  ',',
  ' b',
  '\t',
  'é',
  '\u010d\u010a',
  '\u{1f36a}',
]

/** Every attribute with a text, and a text that it may have. */
const ATTRIBUTES: Record<string, (text: string) => [name: string, options: unknown]> = {
  name: (text) => [`a${text}`, {}],
  domain: (text) => ['a', { domain: `example.org${text}` }],
  path: (text) => ['a', { path: `/a${text}` }],
  sameSite: (text) => ['a', { sameSite: `lax${text}` }],
  maxAge: (text) => ['a', { maxAge: `1${text}` }],
  expires: (text) => ['a', { expires: `1${text}` }],
}

t.test(
  'cookie CVE-2024-47764, hono CVE-2026-56762, CVE-2026-47675: text of a client cannot add attributes',
  async (t) => {
    let text = ''
    const routes = Object.entries(ATTRIBUTES).map(([attribute, cookie]) =>
      Route(`/${attribute}`, () => {
        const [name, options] = cookie(text)
        return new PlainTextResponse('').setCookie(name, 'v', options as CookieOptions)
      }),
    )
    const served = await listening(t, Application({ routes: [alive, ...routes] }))

    for (const attribute of Object.keys(ATTRIBUTES)) {
      await t.test(`a ${attribute} with a separator gets 500, and no cookie is set`, async (t) => {
        for (text of BREAKS) {
          const received = await served.talk(request(`GET /${attribute}`, ['connection: close']))

          t.same(statuses(received), [500], JSON.stringify(text))
          t.notMatch(received, /set-cookie|HttpOnly/i)
        }
        t.equal(served.errors.splice(0).length, BREAKS.length)
      })
    }

    await t.test('unknown options are refused', async (t) => {
      const options = { priority: 'high; HttpOnly' } as CookieOptions

      t.throws(
        () => new PlainTextResponse('').setCookie('a', '\r\n;', options),
        /^setCookie: unknown option "priority"/,
      )
    })

    await t.test('cookies that browsers would ignore are refused', async (t) => {
      const refused: [string, CookieOptions][] = [
        ['__Host-a', {}],
        ['__host-a', { secure: true, path: '/a' }],
        ['__Host-a', { secure: true, path: null }],
        ['__HOST-a', { secure: true, domain: 'example.org' }],
        ['__Secure-a', {}],
        ['__secure-a', { secure: false }],
        ['a', { sameSite: 'none' }],
        ['a', { sameSite: 'None' as 'none' }],
        ['a', { partitioned: true }],
      ]

      for (const [name, options] of refused) {
        const response = new PlainTextResponse('')
        t.throws(() => response.setCookie(name, 'v', options), /^setCookie: .* needs secure/, name)
        t.notOk(response.headers.has('set-cookie'))
      }
    })

    await assertAlive(t, served)
  },
)

/** Tells what cookies it was sent. */
const told = Application({
  routes: [alive, Route('/', (request) => new JSONResponse(request.cookies))],
})

t.test(
  'hono GHSA-r5rp-j6wh-rvv4: a name after a space that is not ASCII is not a __Host- name',
  async (t) => {
    const served = await listening(t, told)
    const spaces = [
      '\xa0',
      '\x0b',
      '\x0c',
      '\x85',
      '\xe2\x80\xaf',
      '\xef\xbb\xbf',
      '\xe3\x80\x80',
      '\xad',
    ]

    for (const space of spaces) {
      for (const field of [`${space}__Host-s=x`, `__Host-s${space}=x`, `a=b; ${space}__Host-s=x`]) {
        const received = await served.talk(
          request('GET /', [`cookie: ${field}`, 'connection: close']),
        )

        const [status] = statuses(received)
        if (status === 400) continue // a control character is no part of any field
        t.equal(status, 200, escape(field))
        t.notOk(Object.hasOwn(JSON.parse(bodyOf(received)), '__Host-s'), escape(field))
      }
    }
    const plain = await served.talk(
      request('GET /', ['cookie:  \t__Host-s=x\t ', 'connection: close']),
    )
    t.equal(bodyOf(plain), '{"__Host-s":"x"}')
    await assertAlive(t, served)
  },
)

t.test('werkzeug CVE-2023-23934: a cookie without a name has an empty name', async (t) => {
  const served = await listening(t, told)
  const fields: [string, string][] = [
    ['=__Host-s=x', '{}'],
    ['=a=b', '{}'],
    ['a=1; =__Host-s=x; b=2', '{"a":"1","b":"2"}'],
    [' =__Host-s=x', '{}'],
    ['\t=__Host-s=x', '{}'],
    ['==__Host-s=x', '{}'],
    ['__Host-s', '{}'],
    [';=;==;', '{}'],
    ['__Host-s=real; =__Host-s=x', '{"__Host-s":"real"}'],
  ]

  for (const [field, expected] of fields) {
    const received = await served.talk(request('GET /', [`cookie: ${field}`, 'connection: close']))
    t.equal(bodyOf(received), expected, field)
  }
  await assertAlive(t, served)
})
