import fc from 'fast-check'
import t from 'tap'
import { UnsupportedProtocol } from '../../lib/exceptions.ts'
import { chain } from '../../lib/internal/apps.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { testClient } from '../../lib/testing/client.ts'
import { LintError, lint } from '../../lib/testing/lint.ts'
import type { App, Middleware, ReceiveMessage, Scope, SendMessage } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'

const hello: App = (scope, receive, send) =>
  new PlainTextResponse('hello').respond(scope, receive, send)

t.test('passes valid exchanges', async (t) => {
  const sent = await call(lint()(hello))

  t.same(
    sent.map(({ type }) => type),
    ['http.response.start', 'http.response.body'],
  )
})

t.test('does not call the app with an invalid scope', async (t) => {
  let calls = 0
  const app: App = async () => {
    calls++
  }
  const { rawPath: _rawPath, ...scope } = httpScope()

  await t.rejects(call(lint()(app), scope as unknown as Scope), {
    name: 'LintError',
    message: /^lint: the http scope: "rawPath" must be raw text .*, undefined was given/,
  })
  t.equal(calls, 0)
})

t.test('passes scopes of unknown types unchanged', async (t) => {
  const scope = { type: 'webtransport' } as unknown as Scope
  const message = { type: 'webtransport.accept' } as unknown as SendMessage
  const seen: unknown[] = []
  const app: App = (given, _receive, send) => {
    seen.push(given)
    return send(message)
  }

  t.same(await call(lint()(app), scope), [message])
  t.equal(seen[0], scope)
})

t.test('the error has its own class', async (t) => {
  const error = await call(lint()(async () => {})).catch((thrown: unknown) => thrown)

  t.ok(error instanceof LintError)
})

t.test('checks websockets', async (t) => {
  const messages: ReceiveMessage[] = [{ type: 'websocket.connect' }]
  const hasty: App = (_scope, _receive, send) => send({ type: 'websocket.send', text: 'a' })

  await t.rejects(call(lint()(hasty), websocketScope(), messages), {
    message: /websocket\.send: out of place, the handshake has not been accepted/,
  })
  t.equal((await call(lint()(hello), websocketScope(), messages)).length, 2, 'a denial')
})

t.test('checks the lifespan', async (t) => {
  const messages: ReceiveMessage[] = [{ type: 'lifespan.startup' }]
  const silent: App = async (_scope, receive) => {
    await receive()
  }

  await t.rejects(call(lint()(silent), lifespanScope(), messages), {
    message: /without answering lifespan\.startup/,
  })
  await t.rejects(call(lint()(hello), lifespanScope(), messages), UnsupportedProtocol)
})

t.test('detects a forgotten await in a middleware', async (t) => {
  const forgetful: Middleware = (app) => async (scope, receive, send) => {
    app(scope, receive, send)
  }
  const slow: App = async (scope, receive, send) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await new Promise((resolve) => setTimeout(resolve, 5))
    await send({ type: 'http.response.body' }).catch(() => {})
    await receive()
  }

  await t.rejects(call(chain(lint(), forgetful)(slow)), {
    message:
      'lint: the app resolved before its response was complete (last message: http.response.start with status 200). Probably a missing await in a middleware.',
  })
})

t.test('is around every app in the test client', async (t) => {
  const faulty: App = async (scope, receive, send) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    await send({ type: 'http.response.start', status: 200, headers: ['X-A', '1'] })
    await hello(scope, receive, send)
  }
  const client = await testClient(faulty)
  t.teardown(client.close)

  await t.rejects(client.get('/'), { message: /must have lower-case names, "X-A" was given/ })
})

t.test('accepts any parts of a body, and only its correct length', async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 })

  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: -3, max: 3 }), async (chunks, off) => {
      const size = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
      const length = Math.max(size + off, 0)
      const app: App = async (_scope, _receive, send) => {
        const headers = ['content-length', String(length)]
        await send({ type: 'http.response.start', status: 200, headers })
        for (const body of chunks) await send({ type: 'http.response.body', body, moreBody: true })
        await send({ type: 'http.response.body' })
      }

      const fault = await call(lint()(app)).then(
        () => '',
        (error: Error) => error.message,
      )

      return length === size ? fault === '' : fault.includes(`content-length is ${length}, but`)
    }),
  )
})
