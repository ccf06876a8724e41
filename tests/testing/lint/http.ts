import t from 'tap'
import { httpProtocol } from '../../../lib/testing/lint/http.ts'
import type { HTTPScope } from '../../../lib/types.ts'
import { play, type Step } from '../../support/dialogues.ts'
import { httpScope } from '../../support/scopes.ts'

const EXTENSIONS = {
  'http.response.trailers': {},
  'http.response.early_hint': {},
  'http.response.pathsend': {},
  'http.response.debug': {},
}

const converse = (steps: readonly Step[], scope: Partial<HTTPScope> = {}): string =>
  play(httpProtocol(httpScope({ extensions: EXTENSIONS, ...scope })), steps)

type Keys = Readonly<Record<string, unknown>>
const start = (keys: Keys = {}): Step => [
  '>',
  { type: 'http.response.start', status: 200, headers: [], ...keys },
]
const body = (size: number, keys: Keys = {}): Step => [
  '>',
  { type: 'http.response.body', body: new Uint8Array(size), ...keys },
]
const part = (size: number): Step => body(size, { moreBody: true })
const trailers = (keys: Keys = {}): Step => [
  '>',
  { type: 'http.response.trailers', headers: [], ...keys },
]
const hint = (...links: unknown[]): Step => ['>', { type: 'http.response.early_hint', links }]
const pathsend = (path: unknown = '/a'): Step => ['>', { type: 'http.response.pathsend', path }]
const debug = (info: unknown = {}): Step => ['>', { type: 'http.response.debug', info }]
const request = (keys: Keys = {}): Step => [
  '<',
  { type: 'http.request', body: new Uint8Array(0), moreBody: false, ...keys },
]
const GONE: Step = ['<', { type: 'http.disconnect' }]
const LINK = '</style.css>; rel=preload; as=style'
const ANNOUNCED = { trailers: true }

t.test('valid conversations pass', async (t) => {
  const cases: [string, Step[], Partial<HTTPScope>?][] = [
    ['one body', [start(), body(3), 'end']],
    ['an empty body', [start(), ['>', { type: 'http.response.body' }], 'end']],
    ['a stream', [start(), part(3), part(0), body(0), 'end']],
    [
      'reading first',
      ['ask', request({ moreBody: true }), 'ask', request(), start(), body(0), 'end'],
    ],
    ['reading on', [start(), part(1), 'ask', request(), body(1), 'ask', GONE, GONE, 'end']],
    ['unknown keys', [start({ mine: 1 }), body(1, { mine: 1 }), 'end']],
    ['no trailers', [start({ trailers: false }), body(1), 'end']],
    ['trailers', [start(ANNOUNCED), part(1), body(0), trailers(), 'end']],
    [
      'trailers in parts',
      [start(ANNOUNCED), body(0), trailers({ moreTrailers: true }), trailers(), 'end'],
    ],
    ['early hints', [start(), hint(LINK), hint(LINK, LINK), part(1), hint(LINK), body(0), 'end']],
    ['a file', [start(), pathsend(), 'end']],
    ['a file on Windows', [start(), pathsend('C:\\a'), 'end']],
    ['a file of a known length', [start({ headers: ['content-length', '9'] }), pathsend(), 'end']],
    ['debug', [debug(), debug({ template: 'a' }), start(), body(0), 'end']],
    ['hop-by-hop names', [start({ headers: ['transfer-encoding', 'chunked'] }), body(0), 'end']],
    ['a length', [start({ headers: ['content-length', '3'] }), part(2), part(1), body(0), 'end']],
    [
      'the length of a HEAD',
      [start({ headers: ['content-length', '3'] }), body(0), 'end'],
      { method: 'HEAD' },
    ],
    [
      'the body of a HEAD',
      [start({ headers: ['content-length', '3'] }), body(9), 'end'],
      { method: 'HEAD' },
    ],
    [
      'the length of a 304',
      [start({ status: 304, headers: ['content-length', '3'] }), body(0), 'end'],
    ],
    ['a client that left', [start(), part(1), 'ask', GONE, 'end']],
    ['a client that left at once', ['ask', GONE, 'end']],
    [
      'a client that left while a message waits',
      [start(), body(1), GONE, ['end', 'http.response.body']],
    ],
  ]

  for (const [name, steps, scope] of cases) t.equal(converse(steps, scope), '', name)
})

const ORDER: [string, Step[], RegExp][] = [
  [
    'body before start',
    [body(1)],
    /^lint: http\.response\.body: out of place, it came before http\.response\.start\. /,
  ],
  [
    'two starts',
    [start(), start()],
    /^lint: http\.response\.start: out of place, the response has started already/,
  ],
  [
    'start after the end',
    [start(), body(0), start()],
    /start: out of place, the response has started already/,
  ],
  [
    'body after the last',
    [start(), body(1), body(1)],
    /body: out of place, the body has ended with http\.response\.body with moreBody: false/,
  ],
  [
    'body after a file',
    [start(), pathsend(), body(1)],
    /body has ended with http\.response\.pathsend/,
  ],
  ['body among trailers', [start(ANNOUNCED), body(1), body(1)], /out of place, the body has ended/],
  ['trailers before the start', [trailers()], /trailers: out of place, the body has not ended/],
  [
    'trailers in the body',
    [start(ANNOUNCED), part(1), trailers()],
    /trailers: out of place, the body has not ended/,
  ],
  [
    'trailers not announced',
    [start(), part(1), trailers()],
    /trailers: out of place, they were not announced\. Start with trailers: true/,
  ],
  ['trailers not announced, at the end', [start(), body(1), trailers()], /they were not announced/],
  [
    'trailers after the last',
    [start(ANNOUNCED), body(1), trailers(), trailers()],
    /the response has ended with http\.response\.trailers with moreTrailers: false/,
  ],
  [
    'hint before the start',
    [hint(LINK)],
    /early_hint: out of place, it came before http\.response\.start/,
  ],
  [
    'hint after the body',
    [start(), body(1), hint(LINK)],
    /early_hint: out of place, the body has ended/,
  ],
  ['file before the start', [pathsend()], /pathsend: out of place, it came before/],
  [
    'file after a part',
    [start(), part(1), pathsend()],
    /pathsend: out of place, a part of the body was sent before/,
  ],
  [
    'two files',
    [start(), pathsend(), pathsend()],
    /pathsend: out of place, the body has ended with http\.response\.pathsend/,
  ],
  [
    'debug after the start',
    [start(), debug()],
    /debug: out of place, the response has started already/,
  ],
]

t.test('reports messages that are out of order', async (t) => {
  for (const [name, steps, fault] of ORDER) t.match(converse(steps), fault, name)
})

t.test('reports wrong keys of messages', async (t) => {
  const cases: [Step[], RegExp][] = [
    [[start({ status: 600 })], /start: "status" must be an integer from 200 to 599, 600 was given/],
    [[start({ headers: undefined })], /start: "headers" must be a flat list/],
    [[start({ headers: ['A', 'b'] })], /start: "headers" must have lower-case names/],
    [[start({ headers: ['content-length', 'x'] })], /content-length must be a number of bytes/],
    [[start(), body(1, { body: 'text' })], /body: "body" must be a Uint8Array, "text" was given/],
    [[start(), body(1, { moreBody: 1 })], /body: "moreBody" must be a boolean, 1 was given/],
    [[trailers({ headers: {} })], /trailers: "headers" must be a flat list/],
    [[trailers({ moreTrailers: 1 })], /trailers: "moreTrailers" must be a boolean/],
    [[hint('/style.css')], /early_hint: "links" must be a list of links/],
    [[hint('</a>\r\nx: y')], /early_hint: "links" must be/],
    [[hint(7)], /early_hint: "links" must be/],
    [[hint('</a.css>')], /early_hint: "links" must be/],
    [[['>', { type: 'http.response.early_hint', links: LINK }]], /"links" must be a list of links/],
    [[pathsend('a/b')], /pathsend: "path" must be an absolute path, "a\/b" was given/],
    [[pathsend(7)], /pathsend: "path" must be an absolute path/],
    [[debug([])], /debug: "info" must be an object/],
  ]

  for (const [steps, fault] of cases) t.match(converse(steps), fault)
})

t.test('a body must have the announced length', async (t) => {
  const five = start({ headers: ['content-length', '5'] })

  t.match(converse([five, body(4)]), /content-length is 5, but the body has 4 bytes\./)
  t.match(converse([five, part(6)]), /content-length is 5, but the body has 6 bytes or more/)
  t.match(converse([five, part(5), body(1)]), /content-length is 5, but the body has 6 bytes\./)
})

t.test('extensions must be offered', async (t) => {
  const none = { extensions: {} }

  t.match(converse([start(ANNOUNCED)], none), /"trailers: true" needs the extension "http\.resp/)
  t.match(converse([start(), body(0), trailers()], none), /trailers needs the extension "http\.res/)
  t.match(converse([start(), hint(LINK)], none), /needs the extension "http\.response\.early_hint"/)
  t.match(converse([start(), pathsend()], none), /needs the extension "http\.response\.pathsend"/)
  t.match(converse([debug()], none), /needs the extension "http\.response\.debug"/)
})

t.test('unknown messages of extensions may be the only ones', async (t) => {
  const push: Step = ['>', { type: 'http.response.push', path: '/a' }]
  const offered = { extensions: { 'http.response.push': {}, my: {} } }

  t.match(
    converse([push]),
    /"http\.response\.push" is not a message that an app sends on http scopes/,
  )
  t.equal(converse([start(), push, 'end'], offered), '')
  t.equal(converse([['<', { type: 'my.news' }], start(), body(0), 'end'], offered), '')
  t.match(
    converse([['<', { type: 'my.news' }]]),
    /the server sent "my\.news", which is not a message/,
  )
})

t.test('reports messages of other protocols', async (t) => {
  for (const type of ['websocket.send', 'lifespan.startup.complete', 'http.request', 'toString']) {
    t.match(
      converse([['>', { type }]]),
      `lint: "${type}" is not a message that an app sends on http`,
    )
  }
  for (const type of ['websocket.receive', 'lifespan.startup', 'http.response.start']) {
    t.match(
      converse([['<', { type }]]),
      `lint: the server sent "${type}", which is not a message of`,
    )
  }
})

t.test('reports faults of the server as such', async (t) => {
  const server = /^lint: the server's http\.request/
  const cases: [Step[], RegExp][] = [
    [[request({ body: undefined })], /: "body" must be a Uint8Array, undefined was given/],
    [[request({ body: 'text' })], /: "body" must be a Uint8Array, "text" was given/],
    [[request({ moreBody: undefined })], /: "moreBody" must be a boolean, undefined .* every key/],
    [[request(), request()], /: out of place, it came after one with moreBody: false/],
    [[GONE, request()], /: out of place, it came after http\.disconnect/],
  ]

  for (const [steps, fault] of cases) {
    t.match(converse(steps), server)
    t.match(converse(steps), fault)
  }
})

t.test('an early end reports the last message', async (t) => {
  const early = (last: string) =>
    `lint: the app resolved before its response was complete (last message: ${last}). Probably a missing await in a middleware.`

  const none = 'lint: the app resolved without any response. Is a return or an await missing?'
  t.equal(converse(['end']), none)
  t.equal(converse(['ask', request(), debug(), 'end']), none)
  t.equal(converse([start({ status: 404 }), 'end']), early('http.response.start with status 404'))
  t.equal(converse([start(), part(1), 'end']), early('http.response.body with moreBody: true'))
  t.equal(
    converse([start(ANNOUNCED), body(1), 'end']),
    early('http.response.body with moreBody: false'),
  )
  t.equal(
    converse([start(ANNOUNCED), body(1), trailers({ moreTrailers: true }), 'end']),
    early('http.response.trailers with moreTrailers: true'),
  )
  t.match(
    converse([start(), body(1), ['end', 'http.response.body']]),
    /resolved before its last message was accepted \(http\.response\.body\)\. Probably a missing/,
  )
})

t.test('no message may overtake another', async (t) => {
  t.ok(httpProtocol(httpScope()).isExclusive('http.response.body'))
})
