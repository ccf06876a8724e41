import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { type ListenerOptions, websocketListener } from '../../lib/endpoints.ts'
import { WebSocketException } from '../../lib/exceptions.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import { type TestWebSocket, testClient } from '../../lib/testing/client.ts'
import type { WebSocket } from '../../lib/websockets.ts'

/** Talks to a listener, and gives how it was closed. */
async function talk(
  listener: (websocket: WebSocket) => Promise<void>,
  test: (socket: TestWebSocket) => Promise<unknown>,
): Promise<{ code: number; reason: string }> {
  await using client = await testClient(WebSocketRoute('/', listener))
  await using socket = await client.websocket('/')
  await test(socket)
  await socket.close()
  return socket.closed
}

t.test('LS-WS-2: sends what the callback returns, as JSON', async (t) => {
  const listener = websocketListener((data, websocket) => [data, websocket.scope.path])

  await talk(listener, async (socket) => {
    await socket.sendJSON({ a: 1 })
    t.equal(await socket.receiveText(), '[{"a":1},"/"]')
    await socket.sendJSON('b', 'binary')
    t.equal(await socket.receiveText(), '["b","/"]')
  })
})

t.test('texts are JSON too, bytes stay bytes, and nothing is sent for undefined', async (t) => {
  const replies: Readonly<Record<string, unknown>> = {
    text: 'é',
    bytes: Uint8Array.of(1),
    nil: null,
  }
  const listener = websocketListener(async (name) => replies[String(name)])

  await talk(listener, async (socket) => {
    for (const name of ['text', 'nothing', 'bytes', 'nil']) await socket.sendJSON(name)
    t.equal(await socket.receive(), '"é"')
    t.same(await socket.receive(), Uint8Array.of(1))
    t.equal(await socket.receive(), 'null')
  })
})

t.test('with another encoding, texts are sent unchanged', async (t) => {
  await talk(
    websocketListener((text: string) => (text === 'list' ? [text] : `${text}!`), {
      encoding: 'text',
    }),
    async (socket) => {
      await socket.sendText('a')
      t.equal(await socket.receive(), 'a!')
      await socket.sendText('list')
      t.equal(await socket.receive(), '["list"]')
    },
  )
  await talk(
    websocketListener((bytes) => bytes.toReversed(), { encoding: 'bytes' }),
    async (socket) => {
      await socket.sendBytes(Uint8Array.of(1, 2))
      t.same(await socket.receive(), Uint8Array.of(2, 1))
    },
  )
  await talk(
    websocketListener((data) => data, { encoding: undefined }),
    async (socket) => {
      await socket.sendText('a')
      t.equal(await socket.receive(), 'a')
    },
  )
})

const strict: ListenerOptions<'json', number> = {
  parse: async (data) => {
    if (typeof data === 'number') return data
    if (data === 'special') throw new WebSocketException(4000, 'special')
    throw new TypeError('a number is needed')
  },
}

t.test('closes for invalid messages: 1003, 1007, 1008', async (t) => {
  const text = websocketListener((text) => text, { encoding: 'text' })
  const number = websocketListener((number: number) => number * 2, strict)

  t.same(
    await talk(text, (socket) => socket.sendBytes(Uint8Array.of(1)).then(() => socket.closed)),
    {
      code: 1003,
      reason: 'Messages must be text.',
    },
  )
  t.same(await talk(number, (socket) => socket.sendText('{').then(() => socket.closed)), {
    code: 1007,
    reason: 'Messages must be JSON.',
  })
  t.same(await talk(number, (socket) => socket.sendText('"2"').then(() => socket.closed)), {
    code: 1008,
    reason: 'The message is not valid.',
  })
  t.same(await talk(number, (socket) => socket.sendText('"special"').then(() => socket.closed)), {
    code: 4000,
    reason: 'special',
  })
  t.same(
    await talk(number, async (socket) => {
      await socket.sendJSON(21)
      t.equal(await socket.receiveJSON(), 42)
    }),
    { code: 1000, reason: '' },
  )
})

t.test('an invalid message can be answered', async (t) => {
  const listener = websocketListener((number: number) => number, {
    ...strict,
    onInvalid: (websocket, error) => websocket.sendJSON({ error: (error as Error).message }),
  })

  await talk(listener, async (socket) => {
    await socket.sendJSON('a')
    t.same(await socket.receiveJSON(), { error: 'a number is needed' })
    await socket.sendJSON(1)
    t.equal(await socket.receiveJSON(), 1)
  })
})

t.test('calls onConnect and onDisconnect', async (t) => {
  const codes: number[] = []
  const listener = websocketListener(() => undefined, {
    onConnect: (websocket) => websocket.accept({ headers: ['x-a', '1'] }),
    onDisconnect: (_websocket, code) => codes.push(code),
  })

  await talk(listener, async (socket) => t.equal(socket.headers.get('x-a'), '1'))

  t.same(codes, [1000])
})

/** A callback whose messages are done when the test says so. */
function gates() {
  const open = new Map<string, () => void>()
  let most = 0
  const onMessage = async (name: unknown): Promise<unknown> => {
    const done = new Promise<void>((resolve) => open.set(String(name), resolve))
    most = Math.max(most, open.size)
    await done
    open.delete(String(name))
    if (name === 'bug') throw new Error('bug')
    return name
  }
  return { open, onMessage, most: () => most }
}

t.test('handles one message at a time, in order', async (t) => {
  const { open, onMessage, most } = gates()

  await talk(websocketListener(onMessage), async (socket) => {
    for (const name of ['a', 'b', 'c']) await socket.sendJSON(name)
    for (const name of ['a', 'b', 'c']) {
      await turn()
      t.same([...open.keys()], [name])
      open.get(name)?.()
      t.equal(await socket.receiveJSON(), name)
    }
  })

  t.equal(most(), 1)
})

t.test('handles several messages at once, and answers each when it is done', async (t) => {
  const { open, onMessage, most } = gates()
  const codes: number[] = []
  const listener = websocketListener(onMessage, {
    concurrency: 2,
    onDisconnect: (_websocket, code) => codes.push(code),
  })

  await talk(listener, async (socket) => {
    for (const name of ['a', 'b', 'c']) await socket.sendJSON(name)
    await turn()
    t.same([...open.keys()], ['a', 'b'])
    open.get('b')?.()
    t.equal(await socket.receiveJSON(), 'b')
    await turn()
    t.same([...open.keys()], ['a', 'c'])
    const closing = socket.close(4000)
    await turn()
    t.same(codes, [], 'what is under way is waited for')
    for (const finish of open.values()) finish()
    await closing
  })

  t.equal(most(), 2)
  t.same(codes, [4000])
})

t.test('an error of one of several messages ends all immediately', async (t) => {
  const { open, onMessage } = gates()
  const codes: number[] = []
  const listener = websocketListener(onMessage, {
    concurrency: 3,
    onDisconnect: (_websocket, code) => codes.push(code),
  })
  await using client = await testClient(WebSocketRoute('/', listener))
  await using socket = await client.websocket('/')

  for (const name of ['a', 'bug']) await socket.sendJSON(name)
  await turn()
  open.get('bug')?.()

  await t.rejects(socket.receive(), { message: 'bug' })
  t.same(codes, [1011])
  open.get('a')?.()
})

t.test('refuses invalid options', async (t) => {
  t.throws(() => websocketListener(undefined as never), {
    message:
      'websocketListener: onMessage must be a function, undefined was given. Is the name spelled right?',
  })
  t.throws(() => websocketListener(() => {}, { parse: {} as never }), {
    message: /: parse must be/,
  })
  t.throws(() => websocketListener(() => {}, { encoding: 'xml' as never }), {
    message:
      /^websocketListener: the encoding must be "text", "bytes" or "json", "xml" was given\./,
  })
  for (const concurrency of [0, 1.5, Number.NaN]) {
    t.throws(() => websocketListener(() => {}, { concurrency }), {
      message: `websocketListener: the concurrency must be a number of messages from 1 on, ${concurrency} was given. Use 1 to keep their order.`,
    })
  }
})
