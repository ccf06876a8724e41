// The websocket of a test: what it sees of the app, and what the app sees of it.
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { HTTPException, ProtocolError, WebSocketException } from '../../../lib/exceptions.ts'
import { PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { WebSocketRoute } from '../../../lib/routing.ts'
import { testClient, WebSocketDenied } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'
import { type WebSocket, WebSocketDisconnect } from '../../../lib/websockets.ts'

/** An app that talks like this. */
const talking = (handler: (websocket: WebSocket) => unknown): App => WebSocketRoute('/', handler)

const echo = talking(async (websocket) => {
  await websocket.accept()
  for await (const message of websocket) {
    if (typeof message === 'string') await websocket.sendText(message)
    else await websocket.sendBytes(message)
  }
})

// TC-10
t.test('sends and receives text, bytes and JSON', async (t) => {
  await using client = await testClient(echo)
  await using socket = await client.websocket('/')

  await socket.sendText('é')
  t.equal(await socket.receiveText(), 'é')
  await socket.sendBytes(Uint8Array.of(1, 2))
  t.same(await socket.receiveBytes(), Uint8Array.of(1, 2))
  await socket.sendJSON({ a: 1 })
  t.same(await socket.receiveJSON(), { a: 1 })
  await socket.sendJSON([1], 'binary')
  t.same(await socket.receiveJSON(), [1])
})

t.test('a message of the other type is a fault of the app', async (t) => {
  await using client = await testClient(echo)
  await using socket = await client.websocket('/')

  await socket.sendText('a')
  await t.rejects(socket.receiveBytes(), /the app sent a text message, "a", where bytes were/)
  await socket.sendBytes(Uint8Array.of(1))
  await t.rejects(socket.receiveText(), /the app sent a binary message where text was expected/)
})

// TC-10, TC-16
t.test('sends a handshake as a browser does, and shows the answer', async (t) => {
  const app = talking(async (websocket) => {
    await websocket.accept({
      subprotocol: 'b',
      headers: ['x-a', '1', 'set-cookie', 'seen=yes'],
    })
    const { url, subprotocols, client, cookies } = websocket
    const asked = Object.fromEntries(websocket.headers)
    await websocket.sendJSON({ url, subprotocols, client, cookies, asked })
  })
  await using client = await testClient(app, {
    baseUrl: 'https://example.org:8443',
    headers: { 'x-common': '1', 'x-own': '1' },
    cookies: { user: 'ada' },
  })
  await using socket = await client.websocket('/?q=1', {
    subprotocols: ['a', 'b'],
    headers: { 'x-own': '2' },
  })

  t.equal(socket.subprotocol, 'b')
  t.equal(socket.headers.get('x-a'), '1')
  t.same(await socket.receiveJSON(), {
    url: 'wss://example.org:8443/?q=1',
    subprotocols: ['a', 'b'],
    client: { host: 'testclient', port: 50_000 },
    cookies: { user: 'ada' },
    asked: {
      host: 'example.org:8443',
      'x-common': '1',
      'x-own': '2',
      'user-agent': 'testclient',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'a, b',
      cookie: 'user=ada',
    },
  })
  t.equal(client.cookies.get('seen'), 'yes')
  await using other = await client.websocket('wss://example.org:8443/', { subprotocols: ['b'] })
  t.match((await other.receiveJSON()).cookies, { seen: 'yes' })
})

t.test('has the state of the lifespan, and scope keys of the test', async (t) => {
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      await receive()
      if (scope.state) scope.state['db'] = 'open'
      await send({ type: 'lifespan.startup.complete' })
      await receive()
      await send({ type: 'lifespan.shutdown.complete' })
      return
    }
    if (scope.type !== 'websocket') return
    await send({ type: 'websocket.accept' })
    await send({ type: 'websocket.send', text: `${scope.state?.['db']} ${scope.client}` })
  }
  await using client = await testClient(app)
  await using socket = await client.websocket('/', { scope: { client: null } })

  t.equal(socket.subprotocol, null)
  t.equal(await socket.receive(), 'open null')
})

// TC-10
t.test('iterates until the app closes, and has the close code', async (t) => {
  const app = talking(async (websocket) => {
    await websocket.accept()
    for (const word of ['a', 'b', 'c']) await websocket.sendText(word)
    await websocket.close(3000, 'done')
    await websocket.receive()
  })
  await using client = await testClient(app)
  await using socket = await client.websocket('/')

  t.same(await all(socket), ['a', 'b', 'c'])
  t.same(await socket.closed, { code: 3000, reason: 'done' })
  await t.rejects(socket.receive(), { name: 'WebSocketDisconnect', code: 3000, reason: 'done' })
  await t.rejects(socket.sendText('late'), WebSocketDisconnect)
})

async function all(socket: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of socket) items.push(item)
  return items
}

t.test('an app that returns closes with 1000', async (t) => {
  await using client = await testClient(talking((websocket) => websocket.accept()))
  await using socket = await client.websocket('/')

  t.same(await socket.closed, { code: 1000, reason: '' })
})

// WS-6, TC-10
t.test('the app gets the close of the test, which has the unreceived messages', async (t) => {
  const seen: unknown[] = []
  const app = talking(async (websocket) => {
    await websocket.accept()
    await websocket.sendText('unheard')
    const { signal } = websocket
    await websocket.receive().catch((error) => seen.push([error.code, error.reason]))
    seen.push(signal.aborted)
  })
  await using client = await testClient(app)

  const socket = await client.websocket('/')
  await socket.close(4000, 'bye')
  const other = await client.websocket('/')
  await other.terminate()
  const third = await client.websocket('/')
  await third.close(1005)

  t.same(seen, [[4000, 'bye'], true, [1006, ''], true, [1005, ''], true])
  t.same(socket.unread, ['unheard'])
  t.same(await socket.closed, { code: 4000, reason: 'bye' })
})

t.test('sends after the close are rejected', async (t) => {
  const seen: unknown[] = []
  const app = talking(async (websocket) => {
    await websocket.accept()
    await websocket.receive().catch(() => {})
    await websocket.sendText('a').catch((error) => seen.push(error.name))
    throw new WebSocketDisconnect(1006) // not an error
  })
  await using client = await testClient(app)
  const socket = await client.websocket('/')
  await socket.close()

  t.same(seen, ['WebSocketDisconnect'])
})

// TC-11
t.test('a denial is an error that has the response', async (t) => {
  const refusals: [(websocket: WebSocket) => unknown, number, string][] = [
    [(websocket) => websocket.close(4001, 'nope'), 403, ''],
    [(websocket) => websocket.denial(new PlainTextResponse('who?', { status: 401 })), 401, 'who?'],
    [
      (websocket) => websocket.denial(new StreamingResponse(['a', 'b'], { status: 400 })),
      400,
      'ab',
    ],
    [
      () => {
        throw new HTTPException(503, 'later')
      },
      503,
      'later',
    ],
    [
      () => {
        throw new WebSocketException(4001, 'nope')
      },
      403,
      '',
    ],
  ]
  for (const [handler, status, text] of refusals) {
    await using client = await testClient(talking(handler))
    const error = await client.websocket('/').then(
      () => t.fail('it was accepted'),
      (thrown) => thrown,
    )

    t.ok(error instanceof WebSocketDenied)
    t.equal(error.response.status, status)
    t.equal(await error.response.text(), text)
    t.same(error.close, text === '' ? { code: 4001, reason: 'nope' } : undefined)
    t.match(error.message, `testClient: the app refused the websocket, by ${status}`)
  }
})

t.test('keeps the cookies of a denial', async (t) => {
  const response = new PlainTextResponse('no', { status: 401 }).setCookie('tried', 'yes')
  await using client = await testClient(talking((websocket) => websocket.denial(response)))

  await t.rejects(client.websocket('/'), { name: 'WebSocketDenied' })

  t.equal(client.cookies.get('tried'), 'yes')
})

// TC-12
t.test('errors of the app are thrown in the test', async (t) => {
  const bug = new Error('bug')
  const failing = talking(async (websocket) => {
    if (websocket.queryParams.has('early')) throw bug
    await websocket.accept()
    await websocket.sendText('before')
    await turn()
    throw bug
  })
  await using client = await testClient(failing)

  await t.rejects(client.websocket('/?early'), bug)
  const socket = await client.websocket('/')
  t.equal(await socket.receiveText(), 'before')
  await t.rejects(socket.receive(), bug)
  await socket.close() // reported only once
  const other = await client.websocket('/')
  await t.rejects(other.close(), bug)
})

t.test('without raiseServerExceptions it gets the response of a client', async (t) => {
  const failing = talking(async (websocket) => {
    if (websocket.queryParams.has('early')) throw new Error('bug')
    await websocket.accept()
    throw new Error('bug')
  })
  await using client = await testClient(failing, { raiseServerExceptions: false })

  const early = await client.websocket('/?early').catch((error) => error)
  t.equal(early.response.status, 500)
  const socket = await client.websocket('/')
  t.same(await socket.closed, { code: 1011, reason: '' })
})

t.test('contract faults are thrown too', async (t) => {
  const silent = talking(() => {})
  const wrong: App = async (_scope, _receive, send) => {
    await send({ type: 'websocket.accept' })
    await send({ type: 'http.response.start', status: 200, headers: [] })
  }
  await using client = await testClient(silent)
  await t.rejects(client.websocket('/'), /without an answer to the handshake/)

  for (const app of [silent, wrong]) {
    await using unchecked = await testClient(app, { lint: false, lifespan: 'off' })
    await t.rejects(async () => {
      await using socket = await unchecked.websocket('/')
      await socket.receive()
    }, ProtocolError)
  }
})
