import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { health } from '../../lib/middleware/health.ts'
import { type LoadShedOptions, loadShed } from '../../lib/middleware/loadshed.ts'
import { problemDetails } from '../../lib/problems.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { until } from '../support/channels.ts'

/** An app whose requests for `/wait` end when they are let go. */
function appOf(options: LoadShedOptions, settings: object = {}) {
  let letGo = (): void => {}
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const app = Application({
    ...settings,
    middleware: [loadShed(options), health()],
    routes: [
      Route('/', () => new PlainTextResponse('fine')),
      Route('/wait', async () => {
        await waiting
        return new PlainTextResponse('waited')
      }),
      WebSocketRoute('/socket', async (websocket) => {
        await websocket.accept()
        await websocket.close()
      }),
    ],
  })
  return { app, letGo: () => letGo() }
}

t.test('refuses requests over the limit, until one has ended', async (t) => {
  const { app, letGo } = appOf({ maxInFlight: 1, retryAfter: 5 })
  await using client = await testClient(app)
  const first = client.get('/wait')
  const second = await client.get('/')
  t.equal(second.status, 503)
  t.equal(second.headers.get('retry-after'), '5')
  t.equal(await second.text(), 'Service Unavailable')
  letGo()
  t.equal((await first).status, 200)
  t.equal((await client.get('/')).status, 200)
})

t.test('probes pass, and exception handlers answer the refusal', async (t) => {
  const settings = { exceptionHandlers: problemDetails() }
  const { app, letGo } = appOf({ maxInFlight: 1 }, settings)
  await using client = await testClient(app)
  const first = client.get('/wait')
  t.equal((await client.get('/livez')).status, 200)
  const refused = await client.get('/')
  t.equal(refused.headers.get('content-type'), 'application/problem+json')
  t.equal(refused.headers.get('retry-after'), '1')
  t.match(await refused.json(), { status: 503 })
  letGo()
  await first
})

t.test('a late event loop refuses requests until it recovers', async (t) => {
  const { app } = appOf({ maxEventLoopDelayMs: 30 })
  await using client = await testClient(app)
  const answers = async (): Promise<number> => (await client.get('/')).status
  await until(async () => (await answers()) === 200) // a busy machine makes it late by itself
  const end = performance.now() + 150
  while (performance.now() < end);
  await sleep(1)
  t.equal(await answers(), 503)
  await until(async () => (await answers()) === 200)
})

t.test('a full heap refuses requests', async (t) => {
  const { app } = appOf({ maxHeapBytes: 1 })
  await using client = await testClient(app)
  t.equal((await client.get('/')).status, 503)
  const roomy = await testClient(appOf({ maxHeapBytes: 1e12 }).app)
  t.equal((await roomy.get('/')).status, 200)
  await roomy.close()
})

t.test('websockets are closed with 1013', async (t) => {
  await using client = await testClient(appOf({ maxHeapBytes: 1 }).app)
  const refused = await client.websocket('/socket')
  t.match(await refused.closed, { code: 1013, reason: 'Try again later' })
  await using calm = await testClient(appOf({ maxInFlight: 1 }).app)
  const socket = await calm.websocket('/socket')
  t.match(await socket.closed, { code: 1000 })
})

t.test('no timer is left when there are no requests', async (t) => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  await using client = await testClient(appOf({ maxEventLoopDelayMs: 1_000 }).app)
  await client.get('/')
  await sleep(250)
  t.ok(timers() <= before)
})

t.test('refuses invalid options', async (t) => {
  const cases: [LoadShedOptions, string, string][] = [
    [
      {},
      'TypeError',
      'loadShed: the options must have a limit, an object was given. Write { maxInFlight: 200 }.',
    ],
    [
      { maxInFlight: 0 },
      'RangeError',
      'loadShed: maxInFlight must be above 0, 0 was given. Leave it out for no limit.',
    ],
    [
      { maxInFlight: 1, retryAfter: 0.5 },
      'RangeError',
      'loadShed: retryAfter must be a whole number of seconds, 0.5 was given. Leave it out for 1.',
    ],
    [
      { maxInFlight: 1, except: ['health'] },
      'TypeError',
      'loadShed: except must list whole paths, ["health"] was given. Write except: [\'/livez\'].',
    ],
  ]
  for (const [options, name, message] of cases) t.throws(() => loadShed(options), { name, message })
})
