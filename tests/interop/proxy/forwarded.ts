import t from 'tap'
import {
  forwardedFields,
  isForwardedField,
  otherFields,
} from '../../../lib/interop/proxy/forwarded.ts'
import { parseForwarded } from '../../../lib/middleware/proxyheaders/forwarded.ts'
import { httpScope, websocketScope } from '../../support/scopes.ts'

const scope = httpScope({
  client: { host: '192.0.2.1', port: 1 },
  headers: ['host', 'example.org:8000'],
  scheme: 'https',
  rootPath: '/é',
})
const X = [
  ['x-forwarded-for', '192.0.2.1'],
  ['x-forwarded-host', 'example.org:8000'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-prefix', '/%C3%A9'],
].flat()
const FORWARDED = ['forwarded', 'for=192.0.2.1;host="example.org:8000";proto=https']

t.test('describes the client in either format, in both, or not at all', async (t) => {
  t.same(forwardedFields(scope, 'x-forwarded', []), X)
  t.same(forwardedFields(scope, 'forwarded', []), FORWARDED)
  t.same(forwardedFields(scope, 'both', []), [...X, ...FORWARDED])
  t.same(forwardedFields(scope, 'none', []), [])
})

t.test('omits unknown values', async (t) => {
  const bare = httpScope({ client: null, headers: [] })

  t.same(forwardedFields(bare, 'both', []), [
    'x-forwarded-proto',
    'http',
    'forwarded',
    'for=unknown;proto=http',
  ])
})

t.test('a websocket has the scheme http, and nodes are quoted if necessary', async (t) => {
  for (const [host, quoted] of [
    ['2001:db8::1', '"[2001:db8::1]"'],
    ['fe80::1%eth0', '"[fe80::1]"'],
    ['_hidden', '_hidden'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
  ] as const) {
    const secure = websocketScope({ scheme: 'wss', client: { host, port: 1 }, headers: [] })
    const [, field = ''] = forwardedFields(secure, 'forwarded', [])
    t.equal(field, `for=${quoted};proto=https`)
    t.ok(parseForwarded(field))
  }
  t.same(forwardedFields(websocketScope({ client: null, headers: [] }), 'x-forwarded', []), [
    'x-forwarded-proto',
    'http',
  ])
})

t.test('continues received fields if they are trusted', async (t) => {
  const came = [
    ['x-forwarded-for', '198.51.100.1, 10.0.0.1'],
    ['x-forwarded-for', '10.0.0.2'],
    ['x-forwarded-host', 'public.org'],
    ['x-forwarded-proto', 'http'],
    ['x-forwarded-prefix', '/outer'],
    ['forwarded', 'for=198.51.100.1'],
    ['x-forwarded-port', '81'],
  ].flat()

  t.same(forwardedFields(scope, 'both', came), [
    'x-forwarded-for',
    '198.51.100.1, 10.0.0.1, 10.0.0.2, 192.0.2.1',
    'x-forwarded-host',
    'public.org',
    'x-forwarded-proto',
    'http',
    'x-forwarded-prefix',
    '/outer/%C3%A9',
    'forwarded',
    `for=198.51.100.1, ${FORWARDED[1]}`,
  ])
  t.same(otherFields('both', came), ['x-forwarded-port', '81'])
  t.same(otherFields('x-forwarded', came), [
    'forwarded',
    'for=198.51.100.1',
    'x-forwarded-port',
    '81',
  ])
  t.same(otherFields('forwarded', came), came.slice(0, 10).concat(came.slice(12)))
  t.same(otherFields('none', came), came)
})

t.test('recognizes all forwarded fields by name', async (t) => {
  const family = ['forwarded', 'x-forwarded', 'x-forwarded-for', 'x-forwarded-user', 'x-real-ip']
  const disguised = ['x_forwarded_for', 'x-forwarded_for', 'x_real_ip', 'x-original-url']
  for (const name of [...family, ...disguised]) t.ok(isForwardedField(name), name)
  for (const name of ['x-forwardedfor', 'x-request-id', 'via', 'host']) {
    t.notOk(isForwardedField(name), name)
  }
})
