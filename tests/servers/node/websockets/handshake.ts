import t from 'tap'
import { Refusal } from '../../../../lib/servers/node/fields.ts'
import { readHandshake } from '../../../../lib/servers/node/websockets/handshake.ts'
import { assertLinear } from '../../../support/linear.ts'
import { listening, request } from '../../../support/sockets.ts'
import { websocketApp } from '../../../support/websockets.ts'

const KEY = ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==']
const VERSION = ['sec-websocket-version', '13']

t.test('reads the subprotocols in the order of the client', async (t) => {
  for (const [values, wanted] of [
    [[], []],
    [['a'], ['a']],
    [['a, b,c'], ['a', 'b', 'c']],
    // Empty members of a list are ignored (RFC 9110 section 5.6.1.2).
    [['chat, '], ['chat']],
    [
      ['a,,b', ' ,'],
      ['a', 'b'],
    ],
    [
      ['b \t,a', 'c'],
      ['b', 'a', 'c'],
    ],
  ] as const) {
    const fields = values.flatMap((value) => ['sec-websocket-protocol', value])

    t.same(readHandshake([...KEY, ...VERSION, ...fields]), wanted)
  }
})

t.test('refuses invalid handshakes (RFC 6455 section 4.2.1)', async (t) => {
  for (const [fields, status] of [
    [[...VERSION], 400],
    [[...VERSION, ...KEY, ...KEY], 400],
    [[...VERSION, 'sec-websocket-key', 'short=='], 400],
    [[...VERSION, 'sec-websocket-key', `${KEY[1]}\t`], 400],
    [[...VERSION, ...KEY, 'sec-websocket-protocol', ''], 400],
    [[...VERSION, ...KEY, 'sec-websocket-protocol', ', ,'], 400],
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

t.test('an unsupported version gets the supported one', async (t) => {
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

t.test('empty elements of lists do not affect a handshake', async (t) => {
  const app = websocketApp(async ({ subprotocols = [] }, receive, send) => {
    await send({ type: 'websocket.accept', subprotocol: subprotocols[0] ?? '' })
    await receive()
  })
  const { talk } = await listening(t, app, { websocket: { perMessageDeflate: true } })
  const upgrade = ['connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13']
  const received = async (...fields: string[]): Promise<string> => {
    const end = String.fromCharCode(0x88, 0x80, 0, 0, 0, 0)
    const key = `sec-websocket-key: ${KEY[1]}`
    return talk(`${request('GET /', [...upgrade, key, ...fields])}${end}`)
  }

  for (const list of ['chat, ', ', chat,, other ,', 'chat']) {
    const answer = await received(`sec-websocket-protocol: ${list}`)
    t.match(answer, /^HTTP\/1\.1 101 .*sec-websocket-protocol: chat\r\n/is, list)
  }
  const answer = await received(
    'sec-websocket-protocol: chat',
    'sec-websocket-extensions: x-own; a="b", , permessage-deflate,',
  )
  t.match(answer, /^HTTP\/1\.1 101 .*sec-websocket-extensions: permessage-deflate\b/is)
})
