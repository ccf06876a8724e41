// Random scripts of messages: every server answers them by the rules of lib/protocol/response.ts.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { testClient } from '../../lib/testing/client.ts'
import { SERVERS } from '../support/everyserver.ts'
import { expected, playing, type Script } from '../support/playedscripts.ts'
import { runs } from '../support/runs.ts'

const RUNS = runs(50)

const HEADERS = fc.constantFrom<unknown[]>(
  [],
  ['x-a', '1'],
  ['X-A', '1', 'x-a', '2', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
  ['content-length', '3'],
  ['content-length', '3', 'content-length', '3'],
  ['content-length', '0'],
  ['content-type', 'text/plain', 'connection', 'close', 'transfer-encoding', 'chunked'],
  ['trailer', 'x-t'],
)

const FAULTY_HEADERS = fc.constantFrom<unknown>(
  ['content-length', '3', 'content-length', '4'],
  ['content-length', '-3'],
  ['x-a'],
  ['a b', 'c'],
  ['x-a', 'a\r\nb'],
  ['x-a', 5],
  [1, 2],
  'text',
  { 'x-a': '1' },
  undefined,
  null,
)

const BYTES = fc.constantFrom('', 'a', 'abc').map((text) => new TextEncoder().encode(text))

const start = fc.record({
  type: fc.constant('http.response.start'),
  status: fc.constantFrom(200, 200, 201, 204, 205, 304, 404, 500),
  headers: HEADERS,
})

const FAULTY_START = fc.record(
  {
    type: fc.constant('http.response.start'),
    status: fc.constantFrom<unknown>(200, 'x', '200', 99, 101, 600, 200.5, null),
    headers: fc.oneof(HEADERS, FAULTY_HEADERS),
    trailers: fc.constantFrom<unknown>(true, false, undefined),
  },
  { requiredKeys: ['type'] },
)

const body = fc.record(
  { type: fc.constant('http.response.body'), body: BYTES, moreBody: fc.boolean() },
  { requiredKeys: ['type'] },
)

const FAULTY_BODY = fc.record({
  type: fc.constant('http.response.body'),
  body: fc.constantFrom<unknown>('text', [1], 5, {}, new ArrayBuffer(1)),
  moreBody: fc.boolean(),
})

const EXTENSIONS = fc.oneof(
  fc.record({
    type: fc.constant('http.response.trailers'),
    headers: fc.oneof(HEADERS, FAULTY_HEADERS),
    moreTrailers: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('http.response.early_hint'),
    links: fc.constantFrom<unknown>(
      ['</a>; rel=preload'],
      [],
      ['</a>'],
      ['/a'],
      'text',
      [5],
      undefined,
    ),
  }),
  fc.record({ type: fc.constant('http.response.debug'), info: fc.constant({ a: 1 }) }),
  fc.record({
    type: fc.constant('http.response.pathsend'),
    path: fc.constantFrom<unknown>(resolve('LICENSE'), 'a/b', '\\\\a', '', 5, undefined),
  }),
)

const OTHERS = fc.constantFrom<unknown>(
  { type: 'http.response.push' },
  { type: 'websocket.accept' },
  { type: 5 },
  {},
  undefined,
  null,
  'text',
)

const scripts: fc.Arbitrary<Script> = fc.oneof(
  fc.tuple(start, fc.array(body, { maxLength: 4 })).map(([first, rest]) => [first, ...rest]),
  fc.array(fc.oneof(start, body, body, FAULTY_START, FAULTY_BODY, EXTENSIONS, OTHERS), {
    maxLength: 6,
  }),
)

const methods = fc.constantFrom('GET', 'GET', 'HEAD')

/**
 * The client of fetch may close its connection once it has the head of a response without body, whatever the
 * app still sends: always after a HEAD, and with Node 24.22 also after a 204, 205 or 304.
 */
function stayed(outcomes: readonly string[], method: string, status: number): readonly string[] {
  if (method !== 'HEAD' && ![204, 205, 304].includes(status)) return outcomes
  return outcomes.map((outcome) => (outcome.startsWith('ClientDisconnected') ? 'ok' : outcome))
}

const everywhere: typeof SERVERS = {
  ...SERVERS,
  testClient: async (t, app) => {
    const client = await testClient(app, { raiseServerExceptions: false, lint: false })
    t.teardown(() => client.close())
    return (path, method = 'GET') => client.request(method, path)
  },
}

for (const [name, open] of Object.entries(everywhere)) {
  t.test(`${name} accepts, rejects and sends the same messages`, async (t) => {
    const play = await playing(t, open)
    await fc.assert(
      fc.asyncProperty(scripts, methods, async (script, method) => {
        const { extensions, outcomes, view } = await play(script, method)
        const rules = await expected(script, method, extensions)
        assert.deepEqual(stayed(outcomes, method, view[0]), rules.outcomes)
        // What a client has of a body that is broken off depends on time.
        const size = rules.view.at(-1) === 'broken' ? 2 : 3
        assert.deepEqual(view.slice(0, size), rules.view.slice(0, size))
      }),
      { numRuns: RUNS },
    )
  })
}

/** Only the server knows the length of a file. */
const WRONG_FILE = /pathsend: content-length is/

t.test('every message that lint accepts is accepted by each server', async (t) => {
  for (const name of ['testClient', 'serve', 'toFetch']) {
    const play = await playing(t, everywhere[name] ?? fail, true)
    await fc.assert(
      fc.asyncProperty(scripts, methods, async (script, method) => {
        const { outcomes, view } = await play(script, method)
        const end = outcomes.findIndex((outcome) => WRONG_FILE.test(outcome))
        const accepted = outcomes.slice(0, end < 0 ? undefined : end)
        for (const outcome of stayed(accepted, method, view[0])) {
          assert.match(outcome, /^(?:ok$|LintError: lint: )/)
        }
      }),
      { numRuns: RUNS },
    )
  }
})

function fail(): never {
  throw new Error('There is no such server.')
}
