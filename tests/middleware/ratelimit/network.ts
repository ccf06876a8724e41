import t from 'tap'
import { networkOf } from '../../../lib/middleware/ratelimit/network.ts'

// Advisory row 97.
t.test('an IPv6 address counts as its /64, in any spelling', async (t) => {
  const cases = [
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1::192.0.2.1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4::/64'],
  ]
  for (const [host = '', network] of cases) t.equal(networkOf(host), network, host)
})

t.test('an IPv4 address counts as itself, also within IPv6', async (t) => {
  for (const host of [
    '192.0.2.1',
    '::ffff:192.0.2.1',
    '::ffff:c000:201',
    '0:0:0:0:0:FFFF:c000:201',
  ]) {
    t.equal(networkOf(host), '192.0.2.1', host)
  }
})

t.test('other text is not changed', async (t) => {
  const others = [
    'testclient',
    '',
    '/run/app.sock',
    '::1::',
    '1:2',
    ':::',
    '1:2:3:4:5:6:7:8:9',
    'g::',
  ]
  for (const host of [
    ...others,
    '::1.2.3',
    '::1.2.3.4.5',
    '::1.2.3.256',
    '12345::',
    '1:2:3:4:5:6:7::8:9',
  ]) {
    t.equal(networkOf(host), host, host)
  }
})
