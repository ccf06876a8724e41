import t from 'tap'
import { websocketProtocol } from '../../../lib/testing/lint/websocket.ts'
import type { WebSocketScope } from '../../../lib/types.ts'
import { play, type Step } from '../../support/dialogues.ts'
import { websocketScope } from '../../support/scopes.ts'

const converse = (steps: readonly Step[], scope: Partial<WebSocketScope> = {}): string =>
  play(websocketProtocol(websocketScope({ subprotocols: ['chat'], ...scope })), steps)

type Keys = Readonly<Record<string, unknown>>
const CONNECT: Step = ['<', { type: 'websocket.connect' }]
const receive = (keys: Keys = { text: 'a' }): Step => ['<', { type: 'websocket.receive', ...keys }]
const GONE: Step = ['<', { type: 'websocket.disconnect', code: 1001, reason: '' }]
const accept = (keys: Keys = {}): Step => ['>', { type: 'websocket.accept', ...keys }]
const send = (keys: Keys = { text: 'a' }): Step => ['>', { type: 'websocket.send', ...keys }]
const close = (keys: Keys = {}): Step => ['>', { type: 'websocket.close', ...keys }]
const deny = (keys: Keys = {}): Step => [
  '>',
  { type: 'websocket.http.response.start', status: 403, headers: [], ...keys },
]
const denial = (size: number, moreBody = false): Step => [
  '>',
  { type: 'websocket.http.response.body', body: new Uint8Array(size), moreBody },
]

t.test('valid conversations pass', async (t) => {
  const cases: [string, Step[]][] = [
    ['an echo', [CONNECT, accept(), 'ask', receive(), send(), 'ask', GONE, 'end']],
    ['a close', [CONNECT, accept(), send({ bytes: new Uint8Array(1) }), close(), 'end']],
    [
      'a close that is waited for',
      [CONNECT, accept(), close(), 'ask', receive(), 'ask', GONE, 'end'],
    ],
    ['an open socket', [CONNECT, accept(), 'end']],
    ['choices', [CONNECT, accept({ subprotocol: 'chat', headers: ['x-a', '1'], mine: 1 }), 'end']],
    ['no choices', [CONNECT, accept({ subprotocol: undefined, headers: undefined }), 'end']],
    ['a refusal', [CONNECT, close({ code: 1008, reason: 'policy' }), 'end']],
    ['a refusal without looking', [close(), 'end']],
    ['a denial', [CONNECT, deny(), denial(1, true), denial(0), 'end']],
    ['a denial of a known length', [deny({ headers: ['content-length', '2'] }), denial(2), 'end']],
    [
      'a denial without content',
      [deny({ status: 304, headers: ['content-length', '2'] }), denial(0), 'end'],
    ],
    ['a client that left at once', [CONNECT, 'ask', GONE, 'end']],
    ['a client that left in a denial', [CONNECT, deny(), 'ask', GONE, 'end']],
    ['sending to a client that left', [CONNECT, accept(), GONE, send(), close(), close(), 'end']],
    ['accepting a client that left', [CONNECT, GONE, accept(), 'end']],
  ]

  for (const [name, steps] of cases) t.equal(converse(steps), '', name)
})

t.test('reports messages that are out of order', async (t) => {
  const cases: [string, Step[], RegExp][] = [
    [
      'send before accept',
      [CONNECT, send()],
      /^lint: websocket\.send: out of place, the handshake has not been accepted\. /,
    ],
    [
      'accept twice',
      [CONNECT, accept(), accept()],
      /websocket\.accept: out of place, the handshake has been accepted/,
    ],
    [
      'accept after a refusal',
      [CONNECT, close(), accept()],
      /accept: out of place, the handshake has been refused/,
    ],
    [
      'send after a close',
      [accept(), close(), send()],
      /send: out of place, the app has closed the socket/,
    ],
    [
      'two closes',
      [accept(), close(), close()],
      /close: out of place, the app has closed the socket/,
    ],
    ['two refusals', [close(), close()], /close: out of place, the handshake has been refused/],
    [
      'a close in a denial',
      [deny(), close()],
      /close: out of place, the handshake has been refused/,
    ],
    [
      'two denials',
      [deny(), denial(0), deny()],
      /start: out of place, the handshake has been refused/,
    ],
    [
      'a denial after accept',
      [accept(), deny()],
      /websocket\.http\.response\.start: out of place, the handshake has been accepted/,
    ],
    [
      'a denial without start',
      [denial(0)],
      /websocket\.http\.response\.body: out of place, the handshake has not been accepted/,
    ],
    [
      'a denial after its end',
      [deny(), denial(0), denial(0)],
      /body: out of place, the handshake has been refused/,
    ],
    [
      'receive after disconnect',
      [CONNECT, accept(), GONE, 'ask'],
      /^lint: receive was called after websocket\.disconnect/,
    ],
  ]

  for (const [name, steps, fault] of cases) t.match(converse(steps), fault, name)
})

t.test('reports wrong keys of messages', async (t) => {
  const cases: [Step[], RegExp][] = [
    [
      [accept({ subprotocol: 'soap' })],
      /"subprotocol" must be one that the client offered, "soap"/,
    ],
    [[accept({ subprotocol: null })], /"subprotocol" must be text, null was given/],
    [[accept({ headers: { a: 'b' } })], /accept: "headers" must be a flat list/],
    [[accept({ headers: ['sec-websocket-protocol', 'chat'] })], /must not have sec-websocket-prot/],
    [
      [accept({ headers: ['sec-websocket-accept', 'x'] })],
      /must not have sec-websocket-accept, which/,
    ],
    [[accept({ headers: ['sec-websocket-extensions', 'x'] })], /must not have sec-websocket-exten/],
    [[accept({ headers: ['x-a', '1', 'connection', 'close'] })], /must not have connection, which/],
    [
      [accept({ headers: ['upgrade', 'h2c'] })],
      /"headers" must not have upgrade, which the server/,
    ],
    [[deny({ trailers: true })], /"trailers" must not be true, since a refusal has none\./],
    [[accept(), send({})], /websocket\.send: exactly one of "text" and "bytes" .* neither was/],
    [[accept(), send({ text: 'a', bytes: new Uint8Array(1) })], /exactly one .* both were given/],
    [[accept(), send({ bytes: 'a' })], /"bytes" must be a Uint8Array/],
    [[accept(), close({ code: 1005 })], /"code" must be a close code that may be sent, 1005/],
    [[accept(), close({ reason: 'x'.repeat(124) })], /"reason" must have 123 bytes at most/],
    [[deny({ status: 101 })], /"status" must be an integer from 200 to 599, 101 was given/],
    [[deny({ headers: ['A', 'b'] })], /"headers" must have lower-case names/],
    [
      [deny(), ['>', { type: 'websocket.http.response.body', body: 'a' }]],
      /"body" must be a Uint8/,
    ],
    [
      [deny({ headers: ['content-length', '2'] }), denial(3)],
      /content-length is 2, but .* 3 bytes/,
    ],
  ]

  for (const [steps, fault] of cases) t.match(converse(steps), fault)
})

t.test('extensions must be offered', async (t) => {
  const none = { extensions: {} }
  const needed = /needs the extension "websocket\.http\.response", which this scope does not offer/

  t.match(converse([CONNECT, deny()], none), needed)
  t.match(converse([CONNECT, denial(0)], none), needed)
  t.match(
    converse([['>', { type: 'my.news' }]]),
    /"my\.news" is not a message that an app sends on w/,
  )
  t.match(
    converse([['>', { type: 'http.response.start' }]]),
    /is not a message .* on websocket scopes/,
  )
  t.match(converse([['<', { type: 'my.news' }]]), /the server sent "my\.news"/)

  const offered = { extensions: { my: {} } }
  t.equal(converse([['>', { type: 'my.news' }], ['<', { type: 'my.news' }], 'end'], offered), '')
})

t.test('reports faults of the server as such', async (t) => {
  const cases: [Step[], RegExp][] = [
    [[CONNECT, CONNECT], /server's websocket\.connect: out of place, it came twice/],
    [[receive()], /server's websocket\.receive: out of place, it came before websocket\.connect/],
    [[GONE], /server's websocket\.disconnect: out of place, it came before websocket\.connect/],
    [[CONNECT, receive()], /websocket\.receive: out of place, the handshake has not been accepted/],
    [[CONNECT, close(), receive()], /receive: out of place, the handshake has been refused/],
    [
      [CONNECT, accept(), receive({})],
      /server's websocket\.receive: exactly one of .* neither was/,
    ],
    [[CONNECT, accept(), receive({ text: 1 })], /server's websocket\.receive: "text" must be text/],
    [[CONNECT, accept(), GONE, receive()], /it came after websocket\.disconnect/],
    [[CONNECT, accept(), GONE, GONE], /it came after websocket\.disconnect/],
    [[CONNECT, ['<', { type: 'websocket.disconnect', reason: '' }]], /"code" must be a close code/],
    [[CONNECT, ['<', { type: 'websocket.disconnect', code: 1000 }]], /"reason" must be text/],
  ]

  for (const [steps, fault] of cases) t.match(converse(steps), fault)
})

t.test('a handshake must be answered before the end', async (t) => {
  t.match(converse(['end']), /^lint: the app resolved without an answer to the handshake\. /)
  t.match(converse([CONNECT, 'ask', 'end']), /without an answer to the handshake/)
  t.match(converse([CONNECT, deny(), 'end']), /resolved before its refusal was complete/)
  t.match(converse([deny(), denial(1, true), 'end']), /resolved before its refusal was complete/)
  t.match(
    converse([CONNECT, accept(), ['end', 'websocket.accept']]),
    /before its last message was accepted \(websocket\.accept\)\. Probably a missing await/,
  )
})

t.test('only the messages of the handshake must be awaited', async (t) => {
  const { isExclusive } = websocketProtocol(websocketScope())

  t.ok(isExclusive('websocket.accept'))
  t.ok(isExclusive('websocket.http.response.start'))
  t.notOk(isExclusive('websocket.send'))
  t.notOk(isExclusive('websocket.close'))
})
