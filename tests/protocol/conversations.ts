// Random messages of a websocket app, valid and invalid, under every server: all must accept and reject
// the same, with the same errors, and their clients must see the same.
import fc from 'fast-check'
import t from 'tap'
import { lint } from '../../lib/testing/lint.ts'
import type { App, SendMessage } from '../../lib/types.ts'
import { runs } from '../support/runs.ts'
import { listening } from '../support/sockets.ts'
import { fetched, linted, served, tested } from '../support/socketworlds.ts'

const accept = fc.record(
  {
    type: fc.constant('websocket.accept'),
    subprotocol: fc.constantFrom('chat', 'soap', 'none', 5),
    headers: fc.constantFrom<unknown>(
      ['x-a', 'b'],
      ['X-A', 'b'],
      ['x-a'],
      ['x a', 'b'],
      ['x-a', 'b\r\nc: d'],
      ['sec-websocket-protocol', 'chat'],
      ['upgrade', 'h2c'],
      'x-a: b',
    ),
  },
  { requiredKeys: ['type'] },
)

const sent = fc.record(
  {
    type: fc.constant('websocket.send'),
    text: fc.constantFrom<unknown>('', 'a', 'caf\u00e9', 5, null),
    bytes: fc.constantFrom<unknown>(Uint8Array.of(), Uint8Array.of(1, 255), 'a', [1], null),
  },
  { requiredKeys: ['type'] },
)

const close = fc.record(
  {
    type: fc.constant('websocket.close'),
    code: fc.constantFrom<unknown>(1000, 1001, 1004, 1005, 1006, 1015, 2999, 3000, 4999, 0, '1000'),
    reason: fc.constantFrom<unknown>('', 'bye', '\u2603'.repeat(41), '\u2603'.repeat(99), 5, null),
  },
  { requiredKeys: ['type'] },
)

const denialStart = fc.record({
  type: fc.constant('websocket.http.response.start'),
  status: fc.constantFrom<unknown>(418, 401, 204, 101, 600, '200'),
  headers: fc.constantFrom<unknown>([], ['x-a', 'b'], ['content-length', '2'], ['x-a'], undefined),
})

const denialBody = fc.record(
  {
    type: fc.constant('websocket.http.response.body'),
    body: fc.constantFrom<unknown>(Buffer.of(), Buffer.from('ab'), Buffer.from('abc'), 'ab'),
    moreBody: fc.boolean(),
  },
  { requiredKeys: ['type'] },
)

/** The messages that an app sends if all is well, more often than the others. */
const usual = fc.constantFrom<object>(
  { type: 'websocket.accept' },
  { type: 'websocket.send', text: 'hello' },
  { type: 'websocket.close' },
  { type: 'websocket.http.response.start', status: 418, headers: [] },
  { type: 'websocket.http.response.body', body: Buffer.from('tea') },
)

const foreign = fc.constantFrom({ type: 'http.response.body' }, { type: 'websocket.ping' })

const conversation = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: usual },
      { weight: 2, arbitrary: accept },
      { weight: 3, arbitrary: sent },
      { weight: 2, arbitrary: close },
      { weight: 2, arbitrary: denialStart },
      { weight: 3, arbitrary: denialBody },
      { weight: 1, arbitrary: foreign },
    ),
    { maxLength: 7 },
  )
  .map((messages) => messages as SendMessage[])

t.test('every server accepts, rejects and sends the same messages', async (t) => {
  const current = {
    app: (async () => {}) as App,
  }
  const app: App = (scope, receive, send) => current.app(scope, receive, send)
  const options = { lifespan: 'off' } as const
  const play = served(await listening(t, app, options), current)
  const plain = served(await listening(t, app, { ...options, shortcuts: false }), current)
  const property = fc.asyncProperty(conversation, async (messages) => {
    const wanted = await play(messages)
    for (const other of [plain, fetched, tested]) same(await other(messages), wanted)
  })
  await fc.assert(property, { numRuns: runs(40) })
  t.pass('all outcomes are equal')
})

/** Lint that is not told when the client has left, since it leaves all later messages to the server. */
function blindLint(app: App): App {
  const linted = lint()(app)
  return (scope, receive, send) => {
    if (scope.type !== 'websocket') return linted(scope, receive, send)
    return linted({ ...scope, onDisconnect: undefined }, receive, send)
  }
}

t.test('lint is at least as strict as a server', async (t) => {
  const property = fc.asyncProperty(conversation, async (messages) => {
    const { told } = await fetched(messages, blindLint)
    const faults = told.filter((error) => error.startsWith('ProtocolError'))
    same(faults, [])
  })
  await fc.assert(property, { numRuns: runs(40) })
  t.pass('lint sees whatever a server rejects')
})

t.test('lint checks the order of messages as a server does', async (t) => {
  const property = fc.asyncProperty(fc.array(usual, { maxLength: 8 }), async (messages) => {
    const { told } = await fetched(messages as SendMessage[])
    const seen = await linted(messages as SendMessage[])
    same(seen.map(withoutNames), told.map(withoutNames))
  })
  await fc.assert(property, { numRuns: runs(80) })
  t.pass('and says so in the same words')
})

function withoutNames(error: string): string {
  return error.replace(/^(?:ProtocolError|LintError: lint): /, '')
}

function same(found: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (left !== right) throw new Error(`found ${left}, wanted ${right}`)
}
