import t from 'tap'
import { chain } from '../../lib/internal/apps.ts'
import { type IPRestrictOptions, ipRestrict } from '../../lib/middleware/iprestrict.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { toApp } from '../../lib/responses/response.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertGivesOn, assertUntouched } from '../support/untouched.ts'

const home: App = toApp(new PlainTextResponse('home'), 'the test')

async function statusFor(options: IPRestrictOptions, host: string | null): Promise<unknown> {
  const app = chain(lint(), ipRestrict(options), lint())(home)
  const client = host === null ? null : { host, port: 1 }
  return responseOf(await call(app, httpScope({ client }))).status
}

t.test('only allowed addresses pass', async (t) => {
  const options = { allow: ['192.0.2.0/24', '2001:db8::/32', 'loopback'] }
  for (const host of ['192.0.2.7', '::ffff:192.0.2.7', '2001:DB8::1', '127.0.0.1', '0:0::1']) {
    t.equal(await statusFor(options, host), 200, host)
  }
  for (const host of ['192.0.3.7', '::ffff:192.0.3.7', '2001:db9::1', 'unknown', '']) {
    t.equal(await statusFor(options, host), 403, host)
  }
})

t.test('denied addresses are refused, even if they are allowed too', async (t) => {
  const both = { allow: ['10.0.0.0/8'], deny: ['10.0.0.1', '::1'] }

  t.equal(await statusFor(both, '10.0.0.2'), 200)
  t.equal(await statusFor(both, '10.0.0.1'), 403)
  t.equal(await statusFor(both, '::ffff:10.0.0.1'), 403)
  t.equal(await statusFor(both, '11.0.0.1'), 403)
  t.equal(await statusFor({ deny: ['10.0.0.1'] }, '11.0.0.1'), 200)
  t.equal(await statusFor({ deny: ['10.0.0.1'] }, '2001:db8::1'), 200)
  t.equal(await statusFor({ deny: ['10.0.0.1'] }, '10.0.0.1'), 403)
  t.equal(await statusFor({ allow: [] }, '10.0.0.1'), 403)
})

t.test('the zone of an address is not compared', async (t) => {
  t.equal(await statusFor({ allow: ['linklocal'] }, 'fe80::1%eth0'), 200)
  t.equal(await statusFor({ deny: ['fe80::1'] }, 'fe80::1%eth0'), 403)
  t.equal(await statusFor({ deny: ['fe80::1'] }, 'fe80::2%eth0'), 200)
})

t.test('unknown addresses are denied', async (t) => {
  for (const options of [{ allow: ['0.0.0.0/0', '::/0'] }, { deny: ['10.0.0.1'] }, { deny: [] }]) {
    for (const host of [null, '', 'unknown', '_hidden', '1.2.2.355', '010.0.0.1', '1.2.3.4%eth0']) {
      t.equal(await statusFor(options, host), 403, `${host}`)
    }
  }
})

t.test('fields of the request are ignored', async (t) => {
  const headers = [
    'x-forwarded-for',
    '10.0.0.1',
    'x-real-ip',
    '10.0.0.1',
    'forwarded',
    'for=10.0.0.1',
  ]
  const app = ipRestrict({ allow: ['10.0.0.1'] })(home)

  t.equal(responseOf(await call(app, httpScope({ headers }))).status, 403)
})

t.test('websockets are refused too', async (t) => {
  const app = chain(lint(), ipRestrict({ allow: ['10.0.0.1'] }), lint())(home)
  const connect = [{ type: 'websocket.connect' }] as const

  const [refused] = await call(app, websocketScope(), connect)
  const client = { host: '10.0.0.1', port: 1 }
  const [passed] = await call(app, websocketScope({ client }), connect)

  t.match(refused, { type: 'websocket.http.response.start', status: 403 })
  t.match(passed, { status: 200 })
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, ipRestrict({ allow: [] })))

t.test('returns what the app returns', async (t) =>
  assertGivesOn(t, ipRestrict({ allow: ['loopback'] })),
)

t.test('invalid options throw at once', async (t) => {
  t.throws(() => ipRestrict({}), {
    name: 'TypeError',
    message:
      "ipRestrict: allow or deny is needed, neither was given. Write ipRestrict({ allow: ['192.0.2.0/24'] }).",
  })
  for (const options of [{ allow: null }, { allow: null, deny: ['10.0.0.1'] }]) {
    t.throws(
      () => ipRestrict(options as never),
      /^ipRestrict: allow: the ranges must be a list, null/,
    )
  }
  t.throws(() => ipRestrict({ allow: ['10.0.0.0/33'] }), {
    message: /^ipRestrict: allow: an entry must be an address/,
  })
  t.throws(() => ipRestrict({ deny: ['1.2.3'] }), {
    message: /^ipRestrict: deny: an entry must be an address/,
  })
})
