import t from 'tap'
import { parseNode } from '../../../lib/middleware/proxyheaders/nodes.ts'

t.test('an address, with an optional port', async (t) => {
  for (const [text, host, port] of [
    ['192.0.2.1', '192.0.2.1', 0],
    ['192.0.2.1:8000', '192.0.2.1', 8000],
    ['192.0.2.1:_hidden', '192.0.2.1', 0],
    ['2001:DB8::1', '2001:db8::1', 0],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', 0],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1', 0],
    ['[2001:db8::1]', '2001:db8::1', 0],
    ['[2001:db8::1]:4711', '2001:db8::1', 4711],
    ['fe80::1%eth0', 'fe80::1', 0],
    ['[FE80::1%eth0]:80', 'fe80::1', 80],
    ['unknown', 'unknown', 0],
    ['Unknown:1', 'unknown', 1],
    ['_hidden', '_hidden', 0],
    ['_Se-v.k_1:_p', '_se-v.k_1', 0],
  ] as const) {
    t.same(parseNode(text), { host, port }, text)
  }
})

t.test('anything else is invalid', async (t) => {
  for (const text of [
    '',
    'example.org',
    'localhost',
    '_',
    '1.2.2.355',
    '010.0.0.1',
    '192.0.2.1:',
    '192.0.2.1:65536',
    '192.0.2.1:123456',
    '192.0.2.1:80:80',
    '[192.0.2.1]',
    '[unknown]',
    '[::1',
    '::1]',
    '[::1]80',
    'fe80::1%',
    '[fe80::1%a b]',
    '192.0.2.1%eth0',
    '192.0.2.1 ',
    '1.2.3.4\r\n',
    "' or 1=1",
    '<script>',
  ]) {
    t.equal(parseNode(text), undefined, text)
  }
})
