import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { SimpleUser } from '../../lib/authentication/authentication.ts'
import {
  type AccessLogEntry,
  type AccessLogOptions,
  accessLog,
  entryOf,
} from '../../lib/middleware/accesslog.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const outcome = { status: 200, bytes: 5, duration: 1.26, aborted: false, error: undefined }

const router = Router([
  Mount('/users', Router([Route('/{id:int}', () => new PlainTextResponse('hello'))])),
  Route('/boom', () => {
    throw new Error('kaput\u001b[2J\r\nGET /forged')
  }),
])

/** What is written, and how. */
function collecting(): {
  logger: NonNullable<AccessLogOptions['logger']>
  lines: [string, AccessLogEntry, string][]
} {
  const lines: [string, AccessLogEntry, string][] = []
  const write = (level: string) => (entry: AccessLogEntry, message: string) =>
    lines.push([level, entry, message])
  return { logger: { info: write('info'), error: write('error') }, lines }
}

t.test('writes one entry for a request', async (t) => {
  const { logger, lines } = collecting()
  const scope = httpScope({
    path: '/users/7',
    rawPath: '/users/7',
    queryString: 'a=b',
    state: { requestId: 'r1' },
  })

  await call(accessLog({ logger })(router), scope)

  t.equal(lines.length, 1)
  const [level, { duration = -1, ...entry } = {}, message] = lines[0] ?? []
  t.equal(level, 'info')
  t.equal(message, 'GET /users/7 200')
  t.ok(duration >= 0)
  t.same(entry, {
    method: 'GET',
    path: '/users/7',
    route: '/users/{id:int}',
    query: 'a=b',
    status: 200,
    bytes: 5,
    client: '127.0.0.1',
    httpVersion: '1.1',
    requestId: 'r1',
  })
})

t.test('logs bugs as errors, and rethrows them', async (t) => {
  const { logger, lines } = collecting()
  const scope = httpScope({ path: '/boom', rawPath: '/boom' })

  await t.rejects(call(accessLog({ logger })(router), scope), /kaput/)

  t.match(lines, [
    [
      'error',
      { status: 500, error: 'Error: kaput\\u001b[2J\\u000d\\u000aGET /forged' },
      'GET /boom 500',
    ],
  ])
})

t.test('an entry omits missing values', async (t) => {
  const entry = (overrides: object, more: object = {}) =>
    entryOf(httpScope(overrides), { ...outcome, ...more }, [], new Set())

  t.match(entry({}), { duration: 1.3, route: null, client: '127.0.0.1' })
  t.equal(entry({ client: null }).client, null)
  t.equal(entry({ user: new SimpleUser('a\n') }).user, 'a\\u000a')
  t.equal(entry({}, { aborted: true }).aborted, true)
  t.equal(entry({ method: 'G\u0085T' }).method, 'G\\u0085T')
  for (const key of ['requestId', 'user', 'headers', 'aborted', 'error']) t.notOk(key in entry({}))
  t.notOk('requestId' in entry({ state: { requestId: 7 } }))
  t.equal(entryOf(websocketScope(), outcome, [], new Set()).method, 'WEBSOCKET')
})

t.test('writes the requested fields, but no secrets', async (t) => {
  const { logger, lines } = collecting()
  const headers = [
    'x-a',
    '1',
    'x-a',
    '2\u009b',
    'cookie',
    'a=b',
    'authorization',
    'Basic x',
    'x-mine',
    'm',
    'y',
    'z',
  ]
  const options = {
    logger,
    headers: ['X-A', 'Cookie', 'authorization', 'x-mine', 'x-none'],
    redact: ['X-Mine'],
  }

  await call(accessLog(options)(router), httpScope({ headers }))

  t.same(lines[0]?.[1].headers, {
    'x-a': '1, 2\\u009b',
    cookie: '[redacted]',
    authorization: '[redacted]',
    'x-mine': '[redacted]',
  })
})

t.test('redacts known credentials', async (t) => {
  const { logger, lines } = collecting()
  const scope = httpScope({ queryString: 'access_token=x&code=y&Password=z&q=1' })

  await call(accessLog({ logger })(router), scope)

  t.equal(lines[0]?.[1].query, 'access_token=[redacted]&code=[redacted]&Password=[redacted]&q=1')
})

t.test('works with pino', async (t) => {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  const app = accessLog({ logger: pino({ base: null }, stream) })(router)
  await using client = await testClient(app)

  await client.get('/users/7?token=s3cret')

  t.equal(text.split('\n').length, 2)
  t.match(JSON.parse(text), {
    level: 30,
    msg: 'GET /users/7 200',
    route: '/users/{id:int}',
    query: 'token=[redacted]',
    bytes: 5,
  })
})

t.test('writes a line of JSON to stdout without a logger', async (t) => {
  const lines: string[] = []
  const { log } = console
  console.log = (line: string) => lines.push(line)
  t.teardown(() => {
    console.log = log
  })

  await call(accessLog()(router), httpScope({ path: '/a\r\nb' }))
  console.log = log

  t.equal(lines.length, 1)
  const { time, ...entry } = JSON.parse(lines[0] ?? '')
  t.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  t.match(entry, { path: '/a\\u000d\\u000ab', status: 404 })
})

t.test('skips requests', async (t) => {
  const { logger, lines } = collecting()
  const app = accessLog({ logger, skip: ({ path }) => path === '/health' })(router)

  await call(app, httpScope({ path: '/health' }))
  await call(app, httpScope({ path: '/other' }))

  t.match(lines, [['info', { path: '/other' }]])
})

t.test('a logger that throws does not affect the response', async (t) => {
  const fail = (): never => {
    throw new Error('the disk is full')
  }

  const [start] = await call(accessLog({ logger: { info: fail, error: fail } })(router))

  t.match(start, { status: 404 })
})

t.test('websockets are logged when they end, and other scopes pass unchanged', async (t) => {
  const { logger, lines } = collecting()

  await assertUntouched(t, accessLog({ logger }))
  t.same(lines, [])

  await call(accessLog({ logger })(router), websocketScope({ path: '/none' }), [])
  t.match(lines, [['info', { method: 'WEBSOCKET', status: 403 }]])
})

t.test('invalid options throw at once', async (t) => {
  for (const logger of [null, 'pino', { info() {} }, console.log]) {
    t.throws(
      () => accessLog({ logger: logger as never }),
      /^accessLog: the logger must have info and/,
    )
  }
  t.throws(
    () => accessLog({ headers: 'a' as never }),
    /^accessLog: headers and redact must be lists/,
  )
  t.throws(
    () => accessLog({ redact: [1] as never }),
    /^accessLog: headers and redact must be lists/,
  )
})

t.test('a logger that fails does not affect responses or the process', async (t) => {
  const lines = t.capture(console, 'error', () => {})
  const failing = () => Promise.reject(new Error('the log is full'))
  const logger = { info: failing, error: failing }

  const sent = await call(accessLog({ logger })(router), httpScope({ path: '/' }))
  await new Promise(setImmediate)

  t.match(sent[0], { type: 'http.response.start' })
  t.match(lines()[0]?.args, [/failed: Error: the log is full/])
})

t.test('refuses a skip that is not a function', async (t) => {
  t.throws(() => accessLog({ skip: '/health' as never }), {
    name: 'TypeError',
    message: 'accessLog: skip must be a function, "/health" was given. Write ({ path }) => ….',
  })
})
