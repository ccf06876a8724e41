import t from 'tap'
import { logError, logFailures } from '../../lib/protocol/log.ts'
import { httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'

t.test('shows the request as on the wire, and the error with its causes', async (t) => {
  const error = new Error('broken', { cause: 'because' })
  error.stack = 'Error: broken\n    at place'
  const log = t.capture(console, 'error')

  logError(error, httpScope({ method: 'POST', path: '/a b', rawPath: '/a%20b' }))
  logError(error, websocketScope({ rawPath: '/chat' }))
  logError('no error', lifespanScope())

  const whole = 'Error: broken\n      at place\n  caused by because'
  t.same(
    log().map(({ args }) => args),
    [[`POST /a%20b: ${whole}`], [`websocket /chat: ${whole}`], ['lifespan: no error']],
  )
})

t.test('shows the name of an error if its stack does not', async (t) => {
  const error = new TypeError('broken')
  error.stack = 'place@file:1'
  const log = t.capture(console, 'error')

  logError(error, lifespanScope())

  t.same(
    log().map(({ args }) => args),
    [['lifespan: TypeError: broken\n  place@file:1']],
  )
})

t.test('follows a cycle of causes to a limit', async (t) => {
  const error = new Error('round')
  error.stack = 'Error: round'
  error.cause = error
  const log = t.capture(console, 'error')

  logError(error, lifespanScope())

  t.equal(String(log()[0]?.args[0]).match(/round/g)?.length, 9)
})

t.test('escapes control characters (advisory 76)', async (t) => {
  const log = t.capture(console, 'error')

  logError('no \x1b[31m\u202e\nGET /forged', httpScope({ rawPath: '/\x1b[31m\n' }))

  t.same(
    log().map(({ args }) => args),
    [['GET /\\u001b[31m\\u000a: no \\u001b[31m\\u202e\n  GET /forged']],
  )
})

t.test('escapes both halves of an invisible character beyond U+FFFF', async (t) => {
  const log = t.capture(console, 'error')

  logError('a\u{e0041}b', lifespanScope())

  t.equal(log()[0]?.args[0], 'lifespan: a\\udb40\\udc41b')
})

t.test('a listener whose failures are logged never throws or rejects', async (t) => {
  const log = t.capture(console, 'error')
  const seen: unknown[] = []

  await logFailures((error) => seen.push(error))('fine', httpScope())
  await logFailures(() => {
    throw new Error('at once')
  })('x', httpScope())
  await logFailures(() => Promise.reject(new Error('later')))('x', httpScope())

  t.same(seen, ['fine'])
  t.same(
    log().map(({ args }) => args),
    [['GET /: onError failed: Error: at once'], ['GET /: onError failed: Error: later']],
  )
})
