import t from 'tap'
import { parseForwarded } from '../../../lib/middleware/proxyheaders/forwarded.ts'
import { assertLinear } from '../../support/linear.ts'

const parsed = (field: string) =>
  parseForwarded(field)?.map((element) => Object.fromEntries(element))

t.test('elements and their parameters', async (t) => {
  for (const [field, expected] of [
    ['', []],
    ['for=192.0.2.1', [{ for: '192.0.2.1' }]],
    ['For="[2001:db8::1]:4711"', [{ for: '[2001:db8::1]:4711' }]],
    ['for=a;proto=http;by=b', [{ for: 'a', proto: 'http', by: 'b' }]],
    ['for=a, for=b', [{ for: 'a' }, { for: 'b' }]],
    ['for=a,for=b;host=c', [{ for: 'a' }, { for: 'b', host: 'c' }]],
    [' for=a ; host="x, y;z" \t, for="\\"q\\\\" ', [{ for: 'a', host: 'x, y;z' }, { for: '"q\\' }]],
    ['for=1.2.3.4:80', [{ for: '1.2.3.4:80' }]],
    ['for=[::1]', [{ for: '[::1]' }]],
    ['for=""', [{ for: '' }]],
    [',, for=a,;,', [{ for: 'a' }]],
  ] as const) {
    t.same(parsed(field), expected, field)
  }
})

t.test('malformed fields are not interpreted', async (t) => {
  for (const field of [
    'for',
    'for=',
    '=a',
    'for=a b',
    'for="a',
    'for=a"b"',
    'for = a',
    'for=a;for=b',
    'for=a;FOR=b',
    'for=<a>',
    'for=a/b',
    '192.0.2.1',
  ]) {
    t.equal(parsed(field), undefined, field)
  }
})

for (const unit of [' ', ',', ';', 'a', 'a=b,', 'a="', '"', '\\', 'a="\\', '; ,']) {
  t.test(`is linear in many ${unit}`, (t) => {
    for (const start of ['', 'for=', 'for="']) {
      assertLinear(
        t,
        (size) => `${start}${unit.repeat(size / unit.length)}x`,
        (field) => void parseForwarded(field),
      )
    }
    t.end()
  })
}
