import t from 'tap'
import {
  readWebSocketOptions,
  type WebSocketOptions,
} from '../../../../lib/servers/node/websockets/options.ts'
import { serve } from '../../../../lib/servers/node.ts'
import { echo } from '../../../support/websockets.ts'

t.test('every limit has a default', async (t) => {
  t.same(readWebSocketOptions({}), {
    maxMessageSize: 1_048_576,
    handshakeTimeoutMs: 10_000,
    pingIntervalMs: 20_000,
    pingTimeoutMs: 20_000,
    closeTimeoutMs: 10_000,
    maxQueuedMessages: 16,
    maxQueuedBytes: 1_048_576,
    maxFragments: 16_384,
    maxBufferedBytes: 65_536,
    compression: false,
  })
})

t.test('pings are disabled by 0 or null, and their timeout separately', async (t) => {
  for (const off of [0, null]) {
    const { pingIntervalMs, pingTimeoutMs } = readWebSocketOptions({
      pingIntervalMs: off,
      pingTimeoutMs: off,
    })
    t.same([pingIntervalMs, pingTimeoutMs], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  }
})

t.test('compression is off, on, or has options', async (t) => {
  const plain = {
    threshold: 1024,
    zlibDeflateOptions: { level: 6 },
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
  }
  for (const [perMessageDeflate, compression] of [
    [false, false],
    [true, plain],
    [{}, plain],
    [
      { threshold: 0, level: 9 },
      { ...plain, threshold: 0, zlibDeflateOptions: { level: 9 } },
    ],
    [
      { contextTakeover: true },
      { ...plain, serverNoContextTakeover: false, clientNoContextTakeover: false },
    ],
  ] as const) {
    t.same(readWebSocketOptions({ perMessageDeflate }).compression, compression)
  }
})

t.test('numbers out of range are refused', async (t) => {
  for (const [name, value] of [
    ['maxMessageSize', 0],
    ['maxMessageSize', 2 ** 31],
    ['maxMessageSize', Number.POSITIVE_INFINITY],
    ['handshakeTimeoutMs', 0],
    ['pingIntervalMs', -1],
    ['pingTimeoutMs', 1.5],
    ['closeTimeoutMs', Number.NaN],
    ['maxQueuedMessages', 0],
    ['maxQueuedBytes', '1'],
    ['maxBufferedBytes', 0],
    ['maxFragments', 0],
  ] as const) {
    t.throws(() => readWebSocketOptions({ [name]: value } as WebSocketOptions), {
      name: 'RangeError',
      message: new RegExp(`^serve: websocket\\.${name} must be a whole number from`),
    })
  }
  for (const [name, value] of [
    ['level', 10],
    ['threshold', -1],
  ] as const) {
    t.throws(() => readWebSocketOptions({ perMessageDeflate: { [name]: value } }), {
      message: new RegExp(`^serve: websocket\\.perMessageDeflate\\.${name} must be`),
    })
  }
})

t.test('a server with invalid options does not start', async (t) => {
  await t.rejects(serve(echo(), { port: 0, signals: [], websocket: { maxMessageSize: -1 } }), {
    name: 'RangeError',
    message: /websocket\.maxMessageSize must be a whole number from 1 to 2147483647, -1 was given/,
  })
})
