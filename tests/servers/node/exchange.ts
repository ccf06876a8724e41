// An exception never ends the process, and a client never hangs.
import t from 'tap'
import type { App, SendMessage } from '../../../lib/types.ts'
import {
  answer,
  eventually,
  httpApp,
  listening,
  readAll,
  request,
  soon,
  statuses,
} from '../../support/sockets.ts'

const START: SendMessage = { type: 'http.response.start', status: 200, headers: [] }
const PART: SendMessage = { type: 'http.response.body', body: Buffer.from('part'), moreBody: true }

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10))
}

t.test('an error after the response is reported, and changes nothing', async (t) => {
  const { connect, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await answer(send, 'fine')
      await pause()
      throw new Error('in the background')
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('fine')
  await eventually(() => errors.length === 1, 'the error')
  client.send(request('GET /', ['connection: close']))

  t.same(statuses(await client.end()), [200, 200])
  await eventually(() => errors.length === 2, 'the second error')
  t.match(errors, [{ message: 'in the background' }, { message: 'in the background' }])
})

t.test('messages of an app that has ended do no harm', async (t) => {
  let late: Promise<unknown> | undefined
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      late = pause().then(async () => [
        await send(START).catch(String),
        await send({ type: 'http.response.body' }).catch(String),
        (await receive()).type,
        (await receive()).type,
      ])
      if (scope.path === '/answered') await answer(send, 'fine')
    }),
  )
  const client = await connect()
  client.send(request('GET /answered'))
  await client.until('fine')
  t.same(await late, [undefined, undefined, 'http.request', 'http.disconnect'])

  client.send(request('GET /not'))
  await client.until('Error\r\n')
  await late
  client.send(request('GET /answered', ['connection: close']))

  t.same(statuses(await client.end()), [200, 500, 200])
  t.equal(errors.length, 1)
})

t.test('forgotten awaits do not end the process', async (t) => {
  const { talk, errors } = await listening(
    t,
    httpApp(async (scope, _receive, send) => {
      if (scope.path === '/all') {
        void send(START)
        void send({ type: 'http.response.body', body: Buffer.from('fine') })
        void send(START)
      } else if (scope.path === '/file') {
        void send(START)
        void send({ type: 'http.response.pathsend', path: '/no/such/file' })
      } else void send(PART)
    }),
  )
  const close = ['connection: close']

  t.match(await talk(request('GET /all', close)), /fine$/)
  t.same(statuses(await talk(request('GET /file', close))), [500])
  t.same(statuses(await talk(request('GET /part', close))), [500])
  t.equal(errors.length, 2)
})

t.test('a client that disconnects is not an error', async (t) => {
  let [begun, over] = [0, 0]
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      begun++
      try {
        if (scope.path === '/waits') while ((await receive()).type !== 'http.disconnect');
        else if (scope.path === '/reads') await readAll(receive).catch(() => {})
        else {
          await send(START)
          for (;;) {
            await send(PART)
            await pause()
          }
        }
      } finally {
        over++
      }
    }),
  )
  for (const path of ['/waits', '/reads', '/sends']) {
    const client = await connect()
    const before = begun
    client.send(request(`POST ${path}`, ['content-length: 10'], 'part'))
    await eventually(() => begun > before, 'the request')
    await pause()
    await client.leave()
  }

  await eventually(() => over === 3, 'that all have ended')
  await pause()
  t.same(errors, [])
})

t.test('a 500 before the body was read closes the connection if the body is large', async (t) => {
  const app: App = () => Promise.reject(new Error('no'))
  const { connect, talk } = await listening(t, app, { lifespan: 'off' })

  const expecting = await talk(request('POST /', ['content-length: 10', 'expect: 100-continue']))
  t.same(statuses(expecting), [500])
  t.match(expecting, /\r\nconnection: close\r\n/)

  const client = await connect()
  client.send(request('POST /', ['content-length: 1000000']))
  await client.until('Error')
  client.send('x'.repeat(1_000_000))
  t.match(await client.end(), /\r\nconnection: close\r\n/)
  t.equal(client.error, '')
})

t.test('an answered Expect keeps the connection, and an ignored one closes it', async (t) => {
  const { talk } = await listening(
    t,
    httpApp((_scope, _receive, send) => answer(send, 'no', 413)),
  )

  const received = await talk(
    request('POST /', ['content-length: 2', 'expect: 100-continue'], 'hi') + request('GET /next'),
  )

  t.same(statuses(received), [413])
})

t.test('1,000 aborted requests leave no resources behind', async (t) => {
  let open = 0
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      open++
      try {
        if (scope.path === '/0') while ((await receive()).type !== 'http.disconnect');
        await send(START)
        for (;;) {
          await send(PART)
          await pause()
        }
      } finally {
        open--
      }
    }),
  )
  const before = process.getActiveResourcesInfo().length
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const client = await connect()
        client.send(request(`GET /${index % 2}`))
        if (index % 3 > 0) await pause()
        await client.leave()
      }),
    )
  }

  await eventually(() => open === 0, 'that all apps have ended')
  await eventually(
    () => process.getActiveResourcesInfo().length <= before,
    () => String(process.getActiveResourcesInfo()),
  )
  t.same(errors, [])
})

t.test('onError may throw or reject', async (t) => {
  const { talk } = await listening(t, () => Promise.reject(new Error('first')), {
    lifespan: 'off',
    onError: async (error) => {
      await pause()
      throw error
    },
  })
  const log = t.capture(console, 'error')

  t.same(statuses(await talk(request('GET /', ['connection: close']))), [500])

  let lines: unknown[][] = []
  await eventually(() => {
    lines.push(...log().map(({ args }) => args))
    return lines.length > 0
  }, 'the line')
  t.same(lines, [['GET /: onError failed: Error: first']])
  lines = []
})

t.test('an app never waits forever for a client that sends nothing more', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      await soon(readAll(receive), 'the body').catch(() => {})
      await answer(send, 'fine')
    }),
    { requestTimeoutMs: 100 },
  )
  const client = await connect()
  client.send(request('POST /', ['content-length: 10'], 'part'))

  t.same(statuses(await client.end()), [408])
})

t.test('an app that ends synchronously needs no turn, and its connection stays open', async (t) => {
  const types: string[] = []
  const app: App = (_scope, receive, send) => {
    void receive().then(({ type }) => types.push(type))
    void receive().then(({ type }) => types.push(type))
    void send(START)
    return send({ type: 'http.response.body', body: Buffer.from('fine') })
  }
  const { connect, errors } = await listening(t, app, { lifespan: 'off' })
  const client = await connect()
  client.send(request('POST /', ['content-length: 50000']) + 'x'.repeat(10))
  await client.until('fine')
  client.send('x'.repeat(49_990) + request('GET /', ['connection: close']))

  t.same(statuses(await client.end()), [200, 200])
  await eventually(() => types.length === 4, 'the disconnects')
  t.same(types, ['http.disconnect', 'http.disconnect', 'http.request', 'http.disconnect'])
  t.same(errors, [])
})

t.test('a small rest that arrived before the answer is discarded too', async (t) => {
  const parts: string[] = []
  let goOn: () => void = () => {}
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { connect } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      if (scope.path === '/part') {
        const message = await receive()
        parts.push(message.type === 'http.request' ? `${message.body.byteLength}` : message.type)
        await mayGoOn
      }
      await answer(send, `<${scope.path}>`)
    }),
  )
  const client = await connect()
  client.send(request('POST /part', ['content-length: 10'], 'xxx'))
  await eventually(() => parts.length === 1, 'the first part')
  client.send('xxx')
  await pause()
  client.send('xxxx')
  await pause()
  goOn()
  await client.until('</part>')
  client.send(request('GET /next'))

  await client.until('</next>')
  t.same(parts, ['3'])
  t.same(statuses(client.received), [200, 200])
})
