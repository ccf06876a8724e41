import t from 'tap'
import { PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { Running } from '../../../lib/testing/client/running.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'
import { stopTimers } from '../../support/clock.ts'
import { httpScope, receiving } from '../../support/scopes.ts'
import { eventually, soon } from '../../support/sockets.ts'

t.test('an unread response is aborted when the client closes', async (t) => {
  const seen: string[] = []
  async function* endless() {
    try {
      for (;;) yield 'x'.repeat(100_000)
    } finally {
      seen.push('stopped')
    }
  }
  const client = await testClient(Route('/', () => new StreamingResponse(endless())))
  await client.get('/')

  await client.close()

  t.same(seen, ['stopped'])
})

t.test('a pending request is disconnected, and its app before the shutdown', async (t) => {
  const seen: string[] = []
  let isCalled = false
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      for (const phase of ['startup', 'shutdown'] as const) {
        await receive()
        seen.push(phase)
        await send({ type: `lifespan.${phase}.complete` })
      }
      return
    }
    isCalled = true
    await receive()
    await receive()
    await new Promise((resolve) => setTimeout(resolve, 20))
    seen.push('noticed')
  }
  const client = await testClient(app)
  const waiting = client.get('/')
  await eventually(() => isCalled, 'the call')

  await Promise.all([t.rejects(waiting, { name: 'ClientDisconnected' }), client.close()])

  t.same(seen, ['startup', 'noticed', 'shutdown'])
})

t.test('an app that ignores the disconnect gets one second, as in a server', async (t) => {
  const running = new Running()
  const { app, signal } = running.begin(() => new Promise(() => {}))
  app(httpScope(), receiving([]), async () => {})
  const begun = performance.now()

  await running.leave()

  const took = performance.now() - begun
  t.ok(took > 950, `${took}`)
  t.match(signal.reason, { name: 'ClientDisconnected' })
})

t.test('calls that have ended, with or without an error, are not waited for', async (t) => {
  const running = new Running()
  const call = (app: App) => running.begin(app).app(httpScope(), receiving([]), async () => {})
  await call(async () => {})
  await t.rejects(
    call(() => Promise.reject(new Error('kaput'))),
    /kaput/,
  )
  stopTimers(t)

  await soon(running.leave(), 'the end')
})

t.test('many simultaneous requests leave no listeners', async (t) => {
  const warnings: Error[] = []
  const warn = (warning: Error): number => warnings.push(warning)
  process.on('warning', warn)
  t.teardown(() => process.off('warning', warn))
  await using client = await testClient(Route('/', () => new PlainTextResponse('a')))

  await Promise.all(Array.from({ length: 50 }, () => client.get('/')))
  await new Promise((resolve) => setTimeout(resolve, 10))

  t.same(warnings, [])
})
