// Advisories of other projects about what stands before an app: hosts that are trusted, addresses
// that are told by proxies, addresses that may come in.
import t from 'tap'
import { ipRestrict } from '../../lib/middleware/iprestrict.ts'
import { proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { trustedHost } from '../../lib/middleware/trustedhost.ts'
import type { App } from '../../lib/types.ts'
import { CLOSE } from '../support/guarded.ts'
import { assertLinear } from '../support/linear.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { answer, bodyOf, httpApp, listening, request, statuses } from '../support/sockets.ts'

const open = httpApp((_scope, _receive, send) => answer(send, 'open'))

t.test('CVE-2026-25479: a trusted host is not used as a regular expression', async (t) => {
  const allowedHosts = ['api.example.com', '*.example.org']
  const { talk } = await listening(t, trustedHost({ allowedHosts })(open), { lifespan: 'off' })
  for (const [host, status] of [
    ['api.example.com', 200],
    ['API.example.com:8000', 200],
    ['apixexample.com', 400],
    ['api.example.com.evil', 400],
    ['evilapi.example.com', 400],
    ['a.example.org', 200],
    ['example.org', 400],
    ['evilexample.org', 400],
    ['a.examplexorg', 400],
    ['a.example.org.evil', 400],
    ['.example.org', 400],
  ] as const) {
    const received = await talk(`GET / HTTP/1.1\r\nhost: ${host}\r\n${CLOSE}\r\n\r\n`)
    t.strictSame(statuses(received), [status], host)
  }
})

t.test('CVE-2026-48061: a missing host is not taken from another field', async (t) => {
  const app = trustedHost({ allowedHosts: ['good'] })(open)
  const { talk } = await listening(t, app, { lifespan: 'off' })
  const elsewhere = 'x-forwarded-host: good\r\nx-host: good\r\nforwarded: host=good\r\n'
  for (const head of ['GET / HTTP/1.0\r\n', 'GET / HTTP/1.1\r\nhost:\r\n', 'GET / HTTP/1.1\r\n']) {
    const received = await talk(`${head}${elsewhere}${CLOSE}\r\n\r\n`)
    t.strictSame(statuses(received), [400], head)
    t.notMatch(bodyOf(received), /open/)
  }
})

/** Tells the client that the app sees, behind a proxy on this machine. */
const whoBehind = (app: App): App => proxyHeaders({ trusted: ['loopback', '10.0.0.0/8'] })(app)
const who = httpApp((scope, _receive, send) => answer(send, scope.client?.host ?? 'nobody'))

t.test(
  'CVE-2026-27700 CVE-2025-59152: fields that a client sends do not change its address',
  async (t) => {
    const { talk } = await listening(t, whoBehind(who), { lifespan: 'off' })
    for (const [fields, host] of [
      [['x-forwarded-for: 6.6.6.6, 192.0.2.1'], '192.0.2.1'],
      [['x-forwarded-for: 6.6.6.6', 'x-forwarded-for: 192.0.2.1'], '192.0.2.1'],
      [['x-forwarded-for: 127.0.0.1, 192.0.2.1'], '192.0.2.1'],
      [['x-forwarded-for: 127.0.0.1, 192.0.2.1, 10.0.0.9'], '192.0.2.1'],
      [['x-forwarded-for: <script>, 192.0.2.1'], '192.0.2.1'],
      [['x-forwarded-for: 192.0.2.1', 'forwarded: for=6.6.6.6', 'x-real-ip: 6.6.6.6'], '192.0.2.1'],
      [['forwarded: for=6.6.6.6', 'x-real-ip: 6.6.6.6', 'x-client-ip: 6.6.6.6'], '127.0.0.1'],
    ] as const) {
      t.equal(bodyOf(await talk(request('GET /', [CLOSE, ...fields]))), host, fields.join())
    }
  },
)

t.test('CVE-2025-59152: fields of a peer that is not a trusted proxy are ignored', async (t) => {
  const app = proxyHeaders({ trusted: ['192.0.2.0/24', 'unix'] })(who)
  const { talk } = await listening(t, app, { lifespan: 'off' })
  const fields = ['x-forwarded-for: 6.6.6.6', 'x-forwarded-proto: https', 'forwarded: for=6.6.6.6']

  t.equal(bodyOf(await talk(request('GET /', [CLOSE, ...fields]))), '127.0.0.1')
})

const SPELLINGS = [
  '127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::FFFF:7F00:0001',
  '0:0:0:0:0:ffff:127.0.0.1',
  '0:0::ffff:7f00:1',
]
const NO_ADDRESSES = [
  '1.2.2.355',
  '127.0.0.1.',
  '127.1',
  '0127.0.0.1',
  '127.0.0.01',
  '0x7f.0.0.1',
  '2130706433',
  '::1%',
  '::1%l o',
  '[::1]',
  '127.0.0.1:80',
  '',
]

async function statusOf(app: App, host: string): Promise<number | undefined> {
  return responseOf(await call(app, httpScope({ client: { host, port: 1 } }))).status
}

t.test(
  'GHSA-r354-f388-2fhh CVE-2026-39409 CVE-2026-47674: all spellings of an address are the same address',
  async (t) => {
    const denying = ipRestrict({ deny: ['127.0.0.1', '::1'] })(open)
    const allowing = ipRestrict({ allow: ['127.0.0.1', '::1'] })(open)
    for (const host of [...SPELLINGS, '::1', '0:0::1', '0:0:0:0:0:0:0:1']) {
      t.equal(await statusOf(denying, host), 403, host)
      t.equal(await statusOf(allowing, host), 200, host)
    }
    for (const host of NO_ADDRESSES) {
      t.equal(await statusOf(denying, host), 403, host)
      t.equal(await statusOf(allowing, host), 403, host)
    }
  },
)

t.test('GHSA-r354-f388-2fhh: an ambiguous range is refused at definition', async (t) => {
  for (const text of [...NO_ADDRESSES, '10.0.0.0/33', '::/129', '10.0.0.0/08', '10.0.0.1/8']) {
    t.throws(() => ipRestrict({ allow: [text] }), { name: 'TypeError' }, text)
    t.throws(() => ipRestrict({ deny: [text] }), { name: 'TypeError' }, text)
    t.throws(() => proxyHeaders({ trusted: [text] }), { name: 'TypeError' }, text)
  }
})

t.test('CVE-2026-27700: no field bypasses a restriction of addresses', async (t) => {
  const restricted = whoBehind(ipRestrict({ allow: ['10.1.0.0/16', 'loopback'] })(open))
  const { talk } = await listening(t, restricted, { lifespan: 'off' })
  for (const [value, status] of [
    ['10.1.0.1, 192.0.2.1', 403],
    ['127.0.0.1, 192.0.2.1', 403],
    ['192.0.2.1', 403],
    ['unknown', 403],
    ['_127.0.0.1', 403],
    ['10.1.0.1', 200],
    ['192.0.2.1, 10.1.0.1', 403],
    ['127.0.0.1x', 400],
    ['192.0.2.1, evil, 10.1.0.1', 400],
  ] as const) {
    const received = await talk(request('GET /', [CLOSE, `x-forwarded-for: ${value}`]))
    t.strictSame(statuses(received), [status], value)
  }
})

for (const unit of [',', ', ', '1.1.1.1,', '10.0.0.1,', ':', 'for=', ';', '"', 'a="\\']) {
  t.test(`CVE-2025-25200: forwarded fields are linear in ${JSON.stringify(unit)}`, (t) => {
    const trusted = ['loopback', '10.0.0.0/8']
    const options = { trusted, host: true, port: true, prefix: true }
    const apps = [proxyHeaders(options), proxyHeaders({ trusted, host: true, forwarded: true })]
    const names = ['for', 'proto', 'host', 'port', 'prefix'].map((name) => `x-forwarded-${name}`)
    const send = async (): Promise<void> => {}

    assertLinear(
      t,
      (size) => unit.repeat(size / unit.length),
      (value) => {
        for (const app of apps) {
          const headers = ['forwarded', ...names].flatMap((name) => [name, value])
          app(async () => {})(httpScope({ headers }), () => new Promise(() => {}), send)
        }
      },
    )
    t.end()
  })
}
