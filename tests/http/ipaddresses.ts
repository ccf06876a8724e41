import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import { IPRanges, parseAddress } from '../../lib/http/ipaddresses.ts'
import { assertLinear } from '../support/linear.ts'
import { runs } from '../support/runs.ts'

t.test('an address is parsed to numbers', async (t) => {
  for (const [text, expected] of [
    ['0.0.0.0', [0, 0, 0, 0, 0, 0xffff, 0, 0]],
    ['192.0.2.1', [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]],
    ['255.255.255.255', [0, 0, 0, 0, 0, 0xffff, 0xffff, 0xffff]],
    ['::ffff:192.0.2.1', [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]],
    ['::FFFF:c000:201', [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]],
    ['0:0:0:0:0:ffff:192.0.2.1', [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]],
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
    ['0:0::1', [0, 0, 0, 0, 0, 0, 0, 1]],
    ['2001:DB8::', [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0]],
    ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
    ['1::8', [1, 0, 0, 0, 0, 0, 0, 8]],
    ['fe80::1%eth0', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
    ['fe80::1%0', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
    ['::ffff:192.0.2.1%en0.1', [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]],
  ] as const) {
    t.same(parseAddress(text), expected, text)
  }
})

t.test('other text is refused', async (t) => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.2.355',
    '1.2.3.256',
    '010.0.0.1',
    '1.2.3.04',
    '0x7f.0.0.1',
    '127.1',
    '2130706433',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4:80',
    '1.2.3.-4',
    '1.2.3.٤',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    '[::1]',
    '::1%',
    '::1%a%b',
    '::1%a b',
    '::1%a/64',
    `::1%${'a'.repeat(65)}`,
    '1.2.3.4%eth0',
    '%eth0',
    '::ffff:1.2.3.256',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '::ffff:127.1',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    'example.org',
    'unknown',
  ]) {
    t.equal(parseAddress(text), undefined, text)
  }
})

t.test('accepts what Node accepts, with zones of plain characters', (t) => {
  const piece = fc.constantFrom(
    '0',
    '1',
    'ff',
    'abcd',
    '256',
    '01',
    '::',
    ':',
    '.',
    '1.2.3.4',
    '%a',
  )
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(text, (text) => {
      // Node accepts zones of any characters.
      const isAddress = isIP(text) > 0 && !/%.*[:%]/.test(text)
      return (parseAddress(text) !== undefined) === isAddress
    }),
    { numRuns: runs(1_000) },
  )
  t.pass('for every text')
  t.end()
})

t.test('an address is tested against a range', async (t) => {
  for (const [ranges, inside, outside] of [
    [['192.0.2.1'], ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201'], ['192.0.2.2', '::1']],
    [['10.0.0.0/8'], ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']],
    [['192.0.2.128/25'], ['192.0.2.128', '192.0.2.255'], ['192.0.2.127']],
    [['192.0.2.4/31'], ['192.0.2.4', '192.0.2.5'], ['192.0.2.6', '192.0.2.3']],
    [['0.0.0.0/0'], ['0.0.0.0', '255.255.255.255', '::ffff:1.2.3.4'], ['::1', '2001:db8::1']],
    [['::/0'], ['::', '2001:db8::1', '::1.2.3.4'], ['1.2.3.4', '::ffff:1.2.3.4']],
    [['::ffff:192.0.2.0/120'], ['192.0.2.7'], ['192.0.3.7']],
    [['2001:db8::/33'], ['2001:db8:7fff::1'], ['2001:db8:8000::', '2001:db9::']],
    [['::1'], ['::1', '0:0::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1']],
    [['loopback'], ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'], ['128.0.0.1']],
    [['linklocal'], ['169.254.1.1', 'fe80::1', 'febf::'], ['fec0::', '169.253.1.1']],
    [['private'], ['10.1.1.1', '172.31.0.1', '192.168.0.1', 'fd00::1'], ['172.32.0.1', 'fe00::']],
    [
      ['10.0.0.1', '::5'],
      ['10.0.0.1', '::5'],
      ['10.0.0.2', '::6'],
    ],
    [[], [], ['10.0.0.1', '::1']],
  ] as const) {
    const set = new IPRanges('the test', ranges)
    for (const text of inside) t.equal(set.has(text), true, `${text} in ${ranges}`)
    for (const text of outside) t.equal(set.has(text), false, `${text} not in ${ranges}`)
    for (const text of ['', 'unknown', '010.0.0.1', '10.0.0.1%a']) t.equal(set.has(text), false)
  }
})

t.test('agrees with BlockList of Node within one family', (t) => {
  const address = fc.oneof(
    fc.ipV4().map((text) => [text, 'ipv4'] as const),
    fc.ipV6().map((text) => [text, 'ipv6'] as const),
  )
  fc.assert(
    fc.property(
      address,
      fc.integer({ min: 0, max: 128 }),
      address,
      ([text, family], length, [other, kind]) => {
        const bits = family === 'ipv4' ? length % 33 : length
        if (text.includes('.') && family === 'ipv6') return
        if (other.includes('.') && kind === 'ipv6') return
        const list = new BlockList()
        list.addSubnet(text, bits, family)
        let set: IPRanges
        try {
          set = new IPRanges('the test', [`${text}/${bits}`])
        } catch (error) {
          return error instanceof TypeError && /bits set after/.test(error.message)
        }
        return set.has(text) && (kind !== family || set.has(other) === list.check(other, kind))
      },
    ),
    { numRuns: runs(500) },
  )
  t.pass('for every range')
  t.end()
})

t.test('the zone of an address is not compared', async (t) => {
  const ranges = new IPRanges('the test', ['linklocal', '::ffff:10.0.0.1'])

  t.equal(ranges.has('fe80::1%eth0'), true)
  t.equal(ranges.has('FE80::1%25'), true)
  t.equal(ranges.has('::ffff:10.0.0.1%en0'), true)
  t.equal(ranges.has('fec0::1%eth0'), false)
})

t.test('invalid ranges are refused', async (t) => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4/33',
    '::/129',
    '1.2.3.4/',
    '1.2.3.4/08',
    '1.2.3.4/-1',
    '1.2.3.4/8/8',
    '010.0.0.1',
    'fe80::1%eth0',
    '*',
    'localhost',
    'toString',
    7,
    null,
  ]) {
    t.throws(() => new IPRanges('the test', [text as string]), {
      name: 'TypeError',
      message: `the test: an entry must be an address or a range, ${JSON.stringify(text)} was given. Write "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "loopback", "linklocal" or "private".`,
    })
  }
  for (const text of ['10.0.0.1/8', '192.0.2.129/25', '2001:db8::1/32', '1.2.3.4/0']) {
    t.throws(() => new IPRanges('the test', [text]), {
      name: 'TypeError',
      message:
        /^the test: a range must not have bits set after its prefix, ".*" was given\. Set them to zero/,
    })
  }
  t.throws(() => new IPRanges('the test', '10.0.0.0/8' as unknown as string[]), {
    message: /^the test: the ranges must be a list, "10\.0\.0\.0\/8" was given/,
  })
})

for (const unit of [':', '::', '1:', '1.', 'f', '0']) {
  t.test(`is linear in many ${unit}`, (t) => {
    const set = new IPRanges('the test', ['10.0.0.0/8'])
    assertLinear(
      t,
      (size) => unit.repeat(size / unit.length),
      (text) => void set.has(text),
    )
    t.end()
  })
}

t.test('a result is remembered for its own address only', async (t) => {
  const ranges = new IPRanges('test', ['10.0.0.0/8'])

  for (const [text, isIn] of [
    ['10.0.0.1', true],
    ['10.0.0.1', true],
    ['192.0.2.1', false],
    ['192.0.2.1', false],
    ['10.0.0.1', true],
    ['', false],
  ] as const) {
    t.equal(ranges.has(text), isIn, text)
  }
})
