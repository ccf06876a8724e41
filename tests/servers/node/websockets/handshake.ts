import t from 'tap'
import { Refusal } from '../../../../lib/servers/node/fields.ts'
import { readHandshake } from '../../../../lib/servers/node/websockets/handshake.ts'
import { assertLinear } from '../../../support/linear.ts'

const KEY = ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==']
const VERSION = ['sec-websocket-version', '13']

t.test('reads the subprotocols in the order of the client', async (t) => {
  for (const [values, wanted] of [
    [[], []],
    [['a'], ['a']],
    [['a, b,c'], ['a', 'b', 'c']],
    [
      ['b \t,a', 'c'],
      ['b', 'a', 'c'],
    ],
  ] as const) {
    const fields = values.flatMap((value) => ['sec-websocket-protocol', value])

    t.same(readHandshake([...KEY, ...VERSION, ...fields]), wanted)
  }
})

t.test('refuses what is no handshake (RFC 6455 section 4.2.1)', async (t) => {
  for (const [fields, status] of [
    [[...VERSION], 400],
    [[...VERSION, ...KEY, ...KEY], 400],
    [[...VERSION, 'sec-websocket-key', 'short=='], 400],
    [[...VERSION, 'sec-websocket-key', `${KEY[1]}\t`], 400],
    [[...VERSION, ...KEY, 'sec-websocket-protocol', ''], 400],
    [[...VERSION, ...KEY, 'sec-websocket-protocol', 'a,,b'], 400],
    [[...VERSION, ...KEY, 'sec-websocket-protocol', 'a b'], 400],
    [[...VERSION, ...KEY, 'sec-websocket-protocol', 'a, a'], 400],
    [[...VERSION, ...KEY, 'sec-websocket-protocol', 'a', 'sec-websocket-protocol', 'a'], 400],
    [[...KEY], 426],
    [[...KEY, ...VERSION, ...VERSION], 426],
    [[...KEY, 'sec-websocket-version', '8'], 426],
    [[...KEY, 'sec-websocket-version', '13, 8'], 426],
  ] as const) {
    t.match(readHandshake(fields), { status }, fields.join(' '))
  }
})

t.test('a refused version is told which one is spoken', async (t) => {
  const refusal = readHandshake([...KEY, 'sec-websocket-version', '7'])

  t.same(refusal, new Refusal(426, ['sec-websocket-version', '13', 'upgrade', 'websocket']))
})

t.test('subprotocols are read in linear time (advisory 103)', async (t) => {
  for (const part of [' ', '\t', 'a', 'a ', ',', ' ,']) {
    const make = (size: number) => `a${part.repeat(size / part.length)}b`
    assertLinear(t, make, (value) => {
      readHandshake([...KEY, ...VERSION, 'sec-websocket-protocol', value])
    })
  }
})
