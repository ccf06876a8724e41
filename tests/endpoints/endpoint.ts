import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { WebSocketEndpoint } from '../../lib/endpoints.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { WebSocket, WebSocketData } from '../../lib/websockets.ts'

const echo = async (websocket: WebSocket, data: WebSocketData): Promise<void> => {
  await (typeof data === 'string' ? websocket.sendText(data) : websocket.sendBytes(data))
}

const at = (endpoint: (websocket: WebSocket) => unknown): WebSocketRoute =>
  WebSocketRoute('/', endpoint)

/** The codes that endpoints were left with. */
function codes(): { list: number[]; onDisconnect: (websocket: WebSocket, code: number) => void } {
  const list: number[] = []
  return { list, onDisconnect: (_websocket, code) => void list.push(code) }
}

// EP-6
t.test('accepts automatically and receives messages as they arrive', async (t) => {
  await using client = await testClient(at(WebSocketEndpoint({ onReceive: echo })))
  await using socket = await client.websocket('/')

  await socket.sendText('a')
  t.equal(await socket.receive(), 'a')
  await socket.sendText('') // EP-12
  t.equal(await socket.receive(), '')
  await socket.sendBytes(Uint8Array.of(1))
  t.same(await socket.receive(), Uint8Array.of(1))
})

t.test('without functions it receives until the end', async (t) => {
  await using client = await testClient(at(WebSocketEndpoint()))
  await using socket = await client.websocket('/')

  await socket.sendText('unheard')
  await socket.close(4000)

  t.same(await socket.closed, { code: 4000, reason: '' })
})

// EP-10
t.test('is a handler of a route, whose parameters it reads', async (t) => {
  const { list, onDisconnect } = codes()
  const endpoint = WebSocketEndpoint({
    onConnect: async (websocket) => {
      await websocket.accept()
      await websocket.sendJSON(websocket.pathParams)
    },
    onDisconnect,
  })
  {
    await using client = await testClient(WebSocketRoute('/{room}', endpoint))
    await using socket = await client.websocket('/a')
    t.same(await socket.receiveJSON(), { room: 'a' })
  }
  t.same(list, [1000])
})

// EP-7, EP-8
t.test('receives messages of its encoding, and closes for others', async (t) => {
  const { list, onDisconnect } = codes()
  const text = WebSocketEndpoint({ encoding: 'text', onReceive: echo, onDisconnect })
  const bytes = WebSocketEndpoint({ encoding: 'bytes', onReceive: echo, onDisconnect })
  const json = WebSocketEndpoint({
    encoding: 'json',
    onReceive: (websocket, data) => websocket.sendJSON({ got: data }),
    onDisconnect,
  })
  const refusals: [Parameters<typeof at>[0], WebSocketData, string][] = [
    [text, Uint8Array.of(1), 'Messages must be text.'],
    [bytes, 'a', 'Messages must be binary.'],
    [json, '{', 'Messages must be JSON.'],
    [json, Uint8Array.of(0xff), 'Messages must be JSON.'],
  ]

  for (const [endpoint, data, reason] of refusals) {
    await using client = await testClient(at(endpoint))
    await using socket = await client.websocket('/')
    await (typeof data === 'string' ? socket.sendText(data) : socket.sendBytes(data))
    t.same(await socket.closed, { code: 1003, reason })
  }
  t.same(list, [1011, 1011, 1011, 1011])

  await using client = await testClient(at(json))
  await using socket = await client.websocket('/')
  await socket.sendText('[1]')
  t.same(await socket.receiveJSON(), { got: [1] })
  await socket.sendJSON('é', 'binary')
  t.same(await socket.receiveJSON(), { got: 'é' })
})

// EP-9
t.test('calls onDisconnect once: with the client’s code, or 1011 after an error', async (t) => {
  const { list, onDisconnect } = codes()
  const endpoint = WebSocketEndpoint({
    onReceive: () => {
      throw new Error('bug')
    },
    onDisconnect,
  })
  await using client = await testClient(at(endpoint))

  await (await client.websocket('/')).close(4001, 'bye')
  await (await client.websocket('/')).close(1005)
  const socket = await client.websocket('/')
  await socket.sendText('a')
  await t.rejects(socket.receive(), { message: 'bug' })

  t.same(list, [4001, 1005, 1011])
})

t.test('a client that disconnects during an answer is not an error', async (t) => {
  const { list, onDisconnect } = codes()
  const sending = WebSocketEndpoint({
    onReceive: async (websocket) => {
      await new Promise((resolve) => websocket.signal.addEventListener('abort', resolve))
      await websocket.sendText('too late')
    },
    onDisconnect,
  })
  const receiving = WebSocketEndpoint({
    onReceive: async (websocket) => void (await websocket.receive()),
    onDisconnect,
  })

  for (const endpoint of [sending, receiving]) {
    await using client = await testClient(at(endpoint))
    await using socket = await client.websocket('/')
    await socket.sendText('a')
    await turn() // so that it is taken
    await socket.close(4002)
  }
  t.same(list, [4002, 4002])
})

t.test('messages after its own close are not read', async (t) => {
  const seen: unknown[] = []
  const { list, onDisconnect } = codes()
  const endpoint = WebSocketEndpoint({
    onReceive: async (websocket, data) => {
      seen.push(data)
      await websocket.close(3000)
    },
    onDisconnect,
  })
  await using client = await testClient(at(endpoint))
  await using socket = await client.websocket('/')
  await Promise.all([socket.sendText('a'), socket.sendText('b')])
  await socket.closed
  await socket.close()

  t.same(seen, ['a'])
  t.same(list, [3000])
})

t.test('onDisconnect is not called for a refused websocket', async (t) => {
  const { list, onDisconnect } = codes()
  const refusing = WebSocketEndpoint({
    onConnect: (websocket) => websocket.close(4003),
    onDisconnect,
  })
  await using client = await testClient(at(refusing))

  await t.rejects(client.websocket('/'), { name: 'WebSocketDenied', close: { code: 4003 } })

  t.same(list, [])
})

t.test('a function that does not accept throws an error', async (t) => {
  await using client = await testClient(at(WebSocketEndpoint({ onConnect: () => {} })))

  await t.rejects(client.websocket('/'), { message: /accept\(\) comes first/ })
})

t.test('refuses invalid options', async (t) => {
  t.throws(() => WebSocketEndpoint({ encoding: 'xml' as 'json' }), {
    message:
      'WebSocketEndpoint: the encoding must be "text", "bytes" or "json", "xml" was given. Omit it for both text and bytes.',
  })
  t.throws(() => WebSocketEndpoint({ onReceive: 'echo' as never }), {
    message:
      'WebSocketEndpoint: onReceive must be a function, string was given. Is the name spelled right?',
  })
})
