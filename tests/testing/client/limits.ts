// No test hangs: what is waited for has a time, what is sent has bounds, what is left is ended.
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { WebSocketRoute } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'
import type { WebSocket } from '../../../lib/websockets.ts'

const talking = (handler: (websocket: WebSocket) => unknown): App => WebSocketRoute('/', handler)

t.test('every wait has a timeout', async (t) => {
  const silent = talking(async (websocket) => {
    if (websocket.queryParams.has('never')) await websocket.signal.throwIfAborted()
    if (websocket.queryParams.has('never')) await new Promise(() => {})
    await websocket.accept()
    const [first] = [await websocket.receive()]
    await websocket.sendText(`late ${first}`)
    await websocket.receive().catch(() => {})
  })
  await using client = await testClient(silent)

  await t.rejects(client.websocket('/?never', { timeout: 5 }), {
    message:
      'testClient: the app has not answered the handshake within 5 ms. Accept or close the websocket, or pass another timeout.',
  })
  await using socket = await client.websocket('/', { timeout: 5 })
  await t.rejects(socket.receive(), {
    message: 'testClient: no message came within 5 ms. Check the app, or pass another timeout.',
  })
  await socket.sendText('a')
  t.equal(await socket.receive(), 'late a', 'and nothing is lost')
})

t.test('an app that does not end is reported', async (t) => {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const stubborn = talking(async (websocket) => {
    await websocket.accept()
    await released
  })
  await using client = await testClient(stubborn)
  const socket = await client.websocket('/', { timeout: 5 })

  await t.rejects(socket.close(), {
    message: /the app did not end after its websocket was closed within 5 ms\. Leave the loop/,
  })
  release()
})

t.test('timeouts can be disabled', async (t) => {
  const app = talking(async (websocket) => {
    await turn()
    await websocket.accept()
    await turn()
    await websocket.sendText('a')
  })
  await using client = await testClient(app)
  await using socket = await client.websocket('/', { timeout: Number.POSITIVE_INFINITY })

  t.equal(await socket.receive(), 'a')
})

t.test('an app that sends too far ahead waits for the test', async (t) => {
  let sent = 0
  const flooding = talking(async (websocket) => {
    await websocket.accept()
    for (; sent < 20; sent++) await websocket.sendBytes(new Uint8Array(10_000))
  })
  await using client = await testClient(flooding)
  await using socket = await client.websocket('/')

  await turn()
  t.equal(sent, 6, 'the seventh is under way')
  await socket.receive()
  await turn()
  t.equal(sent, 7)
  await socket.close()
  await turn()
  t.equal(sent, 7, 'and is refused when the test goes')
})

t.test('a test that sends too far ahead waits for the app', async (t) => {
  const slow = talking(async (websocket) => {
    await websocket.accept()
    if (websocket.queryParams.has('close')) {
      await turn()
      return websocket.close(4000)
    }
    await websocket.receive()
    await websocket.sendText('got it')
    await new Promise((resolve) => websocket.signal.addEventListener('abort', resolve))
  })
  await using client = await testClient(slow)
  await using socket = await client.websocket('/', { timeout: 20, scope: {} })
  const big = new Uint8Array(65_536)

  await socket.sendBytes(big)
  t.equal(await socket.receive(), 'got it')
  await t.rejects(socket.sendBytes(big), {
    message: /the app received no more messages within 20 ms\./,
  })

  await using closing = await client.websocket('/?close')
  await t.rejects(closing.sendBytes(big), { name: 'WebSocketDisconnect', code: 4000 })
})

// TC-10
t.test('close() ends open exchanges, and throws unseen errors', async (t) => {
  const codes: number[] = []
  const app = talking(async (websocket) => {
    await websocket.accept()
    await websocket.receive().catch((error) => codes.push(error.code))
    if (websocket.queryParams.has('bug')) throw new Error('bug')
  })
  const calm = await testClient(app)
  await calm.websocket('/')
  await calm.close()
  t.same(codes, [1001])

  const failing = await testClient(app)
  await failing.websocket('/?bug')
  await t.rejects(failing.close(), { message: 'bug' })

  const worse = await testClient(app)
  await worse.websocket('/?bug')
  await worse.websocket('/?bug')
  await t.rejects(worse.close(), { name: 'AggregateError', errors: [{}, {}] })
})
