import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { sendStream, websocketStream } from '../../lib/endpoints.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

async function* numbers(from: number, log: unknown[] = []): AsyncGenerator<number> {
  try {
    for (let number = from; ; number++) yield number
  } finally {
    log.push('stopped')
  }
}

t.test('LS-WS-3: sends the items of an iterable, and closes', async (t) => {
  const route = WebSocketRoute(
    '/{word}',
    websocketStream(function* ({ pathParams }) {
      yield pathParams.word
      yield Uint8Array.of(1)
      yield { a: [1] }
    }),
  )
  await using client = await testClient(route)
  await using socket = await client.websocket('/hello')
  const received: unknown[] = []
  for await (const message of socket) received.push(message)

  t.same(received, ['hello', Uint8Array.of(1), '{"a":[1]}'])
  t.same(await socket.closed, { code: 1000, reason: '' })
})

t.test('messages of a peer are dropped while a stream only sends, except the latest', async (t) => {
  let goOn = (): void => {}
  const received: unknown[] = []
  const route = WebSocketRoute(
    '/',
    websocketStream(async function* (websocket) {
      yield 'first'
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      for (let count = 0; count < 36; count++) received.push(await websocket.receive())
      yield 'last'
    }),
  )
  await using client = await testClient(route)
  await using socket = await client.websocket('/')
  t.equal(await socket.receive(), 'first')
  // More than a test client keeps for an app.
  for (let count = 0; count < 1_000; count++) await socket.sendText(`${count} ${'x'.repeat(200)}`)
  await turn()
  goOn()
  await turn()
  for (let count = 1_000; count < 1_020; count++) await socket.sendText(`${count} `)

  t.equal(await socket.receive(), 'last')
  t.same(
    received.map((text) => Number.parseInt(String(text), 10)),
    Array.from({ length: 36 }, (_, index) => 984 + index),
  )
})

t.test('stops immediately when the client disconnects, even while waiting', async (t) => {
  const log: unknown[] = []
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const waiting = WebSocketRoute(
    '/',
    websocketStream(async function* () {
      try {
        yield 'one'
        await released
        yield 'two'
        log.push('went on')
      } finally {
        log.push('stopped')
      }
    }),
  )
  await using client = await testClient(waiting)
  const socket = await client.websocket('/')
  t.equal(await socket.receive(), 'one')
  await socket.close()

  release()
  await turn()
  t.same(log, ['stopped'])
})

t.test('pulls no more items than the client receives', async (t) => {
  const log: unknown[] = []
  let made = 0
  const flood = WebSocketRoute(
    '/',
    websocketStream(function* () {
      try {
        for (;;) {
          made++
          yield new Uint8Array(10_000)
        }
      } finally {
        log.push('stopped')
      }
    }),
  )
  await using client = await testClient(flood)
  const socket = await client.websocket('/')
  await turn()
  t.equal(made, 7)
  await socket.close()
  t.same(log, ['stopped'])
})

t.test('messages that the client sends meanwhile can be read', async (t) => {
  const route = WebSocketRoute(
    '/',
    websocketStream(async function* (websocket) {
      yield 'ask'
      await turn()
      await turn()
      for await (const message of websocket) yield `${message}!`
    }),
  )
  for (const scope of [{}, { onDisconnect: undefined }]) {
    await using client = await testClient(route)
    await using socket = await client.websocket('/', { scope })
    t.equal(await socket.receive(), 'ask')
    await socket.sendText('a')
    await socket.sendText('b')
    t.equal(await socket.receive(), 'a!')
    t.equal(await socket.receive(), 'b!')
  }
})

t.test('a stream can run beside other work of a handler', async (t) => {
  const log: unknown[] = []
  const route = WebSocketRoute('/', async (websocket) => {
    await websocket.accept()
    const sending = sendStream(websocket, numbers(1, log))
    for await (const message of websocket) {
      await websocket.sendText(`${message}!`)
      if (message === 'enough') await websocket.close(4000)
    }
    await sending
    log.push('all done')
  })
  await using client = await testClient(route)
  await using socket = await client.websocket('/')
  await socket.sendText('a')
  const seen: unknown[] = []
  while (!seen.includes('a!')) seen.push(await socket.receive())
  t.equal(seen[0], '1')
  await socket.sendText('enough')
  for await (const message of socket) seen.push(message)
  await socket.close()

  t.same(await socket.closed, { code: 4000, reason: '' })
  t.same(log, ['stopped', 'all done'])
})

t.test('an error of the source is rethrown, and a refused websocket gets nothing', async (t) => {
  const failing = websocketStream(function* () {
    yield 'a'
    throw new Error('bug')
  })
  const refusing = websocketStream(() => t.fail('it is not asked') as never, {
    onConnect: (websocket) => websocket.close(),
  })
  await using client = await testClient(WebSocketRoute('/', failing))
  await using socket = await client.websocket('/')
  t.equal(await socket.receive(), 'a')
  await t.rejects(socket.receive(), { message: 'bug' })

  await using other = await testClient(WebSocketRoute('/', refusing))
  await t.rejects(other.websocket('/'), { name: 'WebSocketDenied' })
})

t.test('a stream before accept throws', async (t) => {
  const early = WebSocketRoute('/', (websocket) => sendStream(websocket, ['a']))
  await using client = await testClient(early)

  await t.rejects(client.websocket('/'), { message: /accept\(\) comes first/ })
})

t.test('refuses invalid arguments', async (t) => {
  t.throws(() => websocketStream(['a'] as never), {
    message:
      'websocketStream: source must be a function, object was given. Is the name spelled right?',
  })
  for (const source of ['text', null, 7]) {
    const route = WebSocketRoute(
      '/',
      websocketStream(() => source as never),
    )
    await using client = await testClient(route)
    await using socket = await client.websocket('/')
    await t.rejects(socket.receive(), {
      message:
        /^sendStream: the source must be iterable, (string|null|number) was given\. Use a gen/,
    })
  }
})
