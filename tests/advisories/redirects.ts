// Advisories of other projects about redirects that lead to a host which nobody has named.
//
// Row 24 (koa, CVE-2025-8129: redirect back to the Referer) has no test: there is no redirectBack.
import fc from 'fast-check'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse, RedirectResponse } from '../../lib/responses.ts'
import { Route, Router } from '../../lib/routing.ts'
import { CLOSE } from '../support/guarded.ts'
import { runs } from '../support/runs.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

const home = (): PlainTextResponse => new PlainTextResponse('home')

function locationIn(received: string): string {
  return /\r\nlocation: (.*)\r\n/.exec(received)?.[1] ?? ''
}

t.test(
  'CVE-2020-28724 CVE-2021-22963 CVE-2021-22964: the slash redirect stays on its host',
  async (t) => {
    const app = Application({
      routes: [
        Route('/{rest:path}/dir/', home),
        Route('/{rest:path}/file', home),
        Route('/{name}/', home),
      ],
    })
    const { talk } = await listening(t, app)
    for (const [target, location] of [
      ['//evil.com/dir', 'http://test//evil.com/dir/'],
      ['///evil.com/dir', 'http://test///evil.com/dir/'],
      ['/\\evil.com/dir', 'http://test/%5Cevil.com/dir/'],
      ['/%5Cevil.com/dir', 'http://test/%5Cevil.com/dir/'],
      ['/%2Fevil.com/dir', 'http://test//evil.com/dir/'],
      ['//evil.com%2Fdir', 'http://test//evil.com/dir/'],
      ['/%09/evil.com/dir', 'http://test/%09/evil.com/dir/'],
      ['//evil.com/../dir', 'http://test//evil.com/%252e%252e/dir/'],
      ['//evil.com/file/', 'http://test//evil.com/file'],
      ['//evil.com/file//', 'http://test//evil.com/file'],
      ['/%0D%0Aset-cookie:a=b', 'http://test/%0D%0Aset-cookie:a=b/'],
      ['/@evil.com', 'http://test/@evil.com/'],
      ['/.evil.com', 'http://test/.evil.com/'],
      ['/:80@evil.com?/dir', 'http://test/:80@evil.com/?/dir'],
      ['//evil.com/dir?//evil.com', 'http://test//evil.com/dir/?//evil.com'],
    ] as const) {
      const received = await talk(request(`GET ${target}`, [CLOSE]))
      t.strictSame([statuses(received), locationIn(received)], [[307], location], target)
      t.notMatch(received, /\r\nset-cookie/i)
      t.equal(bodyOf(received), '')
    }
  },
)

t.test('CVE-2020-28724: root routers and prefixes stay on their host too', async (t) => {
  const router = Router([Route('/{rest:path}/dir/', home)])
  const { talk } = await listening(t, router, { rootPath: '/app' })

  const received = await talk(request('GET //evil.com/dir', [CLOSE]))

  t.equal(locationIn(received), 'http://test/app//evil.com/dir/')
})

// What people write: a check by a URL parser, then the text as it came.
const checked = Application({
  routes: [
    Route('/go', ({ queryParams }) => {
      const to = queryParams.get('to') ?? ''
      const { hostname } = new URL(to, 'http://test/')
      const isFine = hostname === 'good' || hostname === 'test'
      return isFine ? new RedirectResponse(to) : new PlainTextResponse('no', { status: 400 })
    }),
  ],
})

t.test('CVE-2024-29041: the redirect leads to the URL that was checked', async (t) => {
  const { talk } = await listening(t, checked)
  for (const [to, status, host] of [
    ['http://good/x', 307, 'good'],
    ['http://good\\@evil', 307, 'good'],
    ['http:\\\\good\\@evil', 307, 'good'],
    ['HTTPS:/\\good\\@evil/', 307, 'good'],
    ['//good\\@evil', 307, 'good'],
    ['http:good\\@evil', 307, 'test'],
    ['http://good#@evil', 307, 'good'],
    ['http://good?@evil', 307, 'good'],
    ['/x\\@evil', 307, 'test'],
    ['\t//good\\@evil', 307, 'test'],
    ['http://evil@good', 307, 'good'],
    ['http://good@evil', 400, ''],
    ['\\\\evil', 400, ''],
    ['/\\evil', 400, ''],
    ['/\t/evil', 400, ''],
  ] as const) {
    const received = await talk(request(`GET /go?to=${encodeURIComponent(to)}`, [CLOSE]))
    t.strictSame(statuses(received), [status], to)
    const location = locationIn(received)
    if (status === 307) t.equal(new URL(location, 'http://test/').hostname, host, location)
  }
})

const PIECES = [
  'http:',
  'https:',
  'HTTP:',
  '/',
  '//',
  '\\',
  '\\\\',
  '@',
  ':',
  '80',
  '?',
  '#',
  '.',
  '..',
  'good',
  'evil',
  ' ',
  '\t',
  '\r\n',
  '\0',
  '%',
  '%2F',
  '%5C',
  '%40',
  '[',
  ']',
  '[::1]',
  'é',
  '\uff0f', // a wide slash
  '\u3002', // a wide dot
  '|',
  '^',
  '\ud800',
]

/** By the constructor: after some 3,100 calls Node 20 and 22 answer `URL.canParse('//é')` by false. */
function parsed(url: string, base: string): URL | undefined {
  try {
    return new URL(url, base)
  } catch {
    return undefined
  }
}

t.test('CVE-2024-29041: the location never names a host that the URL did not', (t) => {
  const url = fc
    .tuple(
      fc.constantFrom('', 'http:', 'http://good', 'https:\\\\', '//', '//good', '/\\'),
      fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 }),
    )
    .map(([start, pieces]) => start + pieces.join(''))
  let absolute = 0
  fc.assert(
    fc.property(url, fc.constantFrom('http:', 'https:'), (url, scheme) => {
      const base = `${scheme}//test/a/b`
      const location = new RedirectResponse(url).headers.get('location') ?? ''
      if (/[^\x21-\x7e]|\\/.test(location)) return false
      const led = parsed(location, base)
      if (led === undefined || led.host === 'test' || !led.protocol.startsWith('http')) return true
      absolute++
      return parsed(url, base)?.host === led.host
    }),
    { numRuns: runs(4_000) },
  )
  t.ok(absolute > 20, `${absolute} led elsewhere`)
  t.end()
})

t.test('CVE-2024-43796: a redirect has no body that could contain a script', async (t) => {
  const { talk } = await listening(t, checked)
  const to = encodeURIComponent('/"><script>alert(1)</script>\r\nset-cookie: a=b\r\n\r\n<b>')

  const received = await talk(request(`GET /go?to=${to}`, [CLOSE]))

  t.strictSame(statuses(received), [307])
  t.equal(bodyOf(received), '')
  t.notMatch(received, /<|\r\nset-cookie|\r\ncontent-type/i)
  t.match(received, /\r\ncontent-length: 0\r\n/)
})
