import t from 'tap'
import { logError } from '../../../lib/servers/node/log.ts'
import { httpScope, lifespanScope, websocketScope } from '../../support/scopes.ts'

t.test('shows the request as on the wire, and the whole error', async (t) => {
  const error = new Error('broken', { cause: 'because' })
  error.stack = 'Error: broken\n    at place'
  const log = t.capture(console, 'error')

  logError(error, httpScope({ method: 'POST', path: '/a b', rawPath: '/a%20b' }))
  logError(error, websocketScope({ rawPath: '/chat' }))
  logError(error, lifespanScope())

  const whole = "Error: broken\n      at place {\n    [cause]: 'because'\n  }"
  t.same(
    log().map(({ args }) => args),
    [[`POST /a%20b: ${whole}`], [`websocket /chat: ${whole}`], [`lifespan: ${whole}`]],
  )
})

t.test('escapes control characters (advisory 76)', async (t) => {
  const log = t.capture(console, 'error')

  const error = new Error()
  error.stack = 'Error: no \x1b[31m\tcafé\r\x7f\x9b\u202e\nGET /forged'
  logError(error, httpScope({ rawPath: '/\x1b[31m\n\x7f\x9b\u202e' }))

  t.same(
    log().map(({ args }) => args),
    [
      [
        'GET /\\u001b[31m\\u000a\\u007f\\u009b\\u202e: ' +
          '[Error: no \\u001b[31m\tcafé\\u000d\\u007f\\u009b\\u202e\n  GET /forged]',
      ],
    ],
  )
})
