import t from 'tap'
import type { App } from '../../../lib/types.ts'
import { answer, eventually, httpApp, listening, request } from '../../support/sockets.ts'

/** Waits to be told that the client left; keeps the paths of those that were. */
function waiting(seen: string[]): App {
  return httpApp(async (scope) => {
    await new Promise<void>((resolve) => scope.onDisconnect?.(resolve))
    seen.push(scope.path)
  })
}

t.test('tells all listeners, once', async (t) => {
  const seen: string[] = []
  const { connect } = await listening(
    t,
    httpApp(async (scope) => {
      scope.onDisconnect?.(() => seen.push('one'))
      await new Promise<void>((resolve) => scope.onDisconnect?.(resolve))
      seen.push('two')
      scope.onDisconnect?.(() => seen.push('at once'))
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.same(seen, [])

  await client.leave()

  await eventually(() => seen.length === 3, 'that all are told')
  t.same(seen, ['one', 'two', 'at once'])
})

t.test('tells of a client that left before anybody asked', async (t) => {
  const seen: string[] = []
  const { connect } = await listening(
    t,
    httpApp(async (scope) => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      scope.onDisconnect?.(() => seen.push('gone'))
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await new Promise((resolve) => setTimeout(resolve, 10))

  await client.leave()

  await eventually(() => seen.length === 1, 'that it is told')
})

t.test('says nothing when the response is complete, before or after (trap 1)', async (t) => {
  const seen: string[] = []
  const { connect } = await listening(
    t,
    httpApp(async (scope, _receive, send) => {
      scope.onDisconnect?.(() => seen.push('before'))
      await answer(send, 'fine')
      await new Promise((resolve) => setTimeout(resolve, 20))
      scope.onDisconnect?.(() => seen.push('after'))
    }),
  )
  const client = await connect()
  client.send(request('POST /', ['content-length: 2'], 'hi'))
  await client.until('fine')
  await client.leave()
  await new Promise((resolve) => setTimeout(resolve, 60))

  t.same(seen, [])
})

t.test('says nothing of a body that was read, while the client waits (trap 1)', async (t) => {
  const seen: string[] = []
  const { connect } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      scope.onDisconnect?.(() => seen.push('gone'))
      await receive()
      await new Promise((resolve) => setTimeout(resolve, 30))
      await answer(send, 'fine')
    }),
  )
  const client = await connect()
  client.send(request('POST /', ['content-length: 2'], 'hi'))

  await client.until('fine')
  t.same(seen, [])
})

t.test('tells of pipelined requests that wait for the first, too', async (t) => {
  const seen: string[] = []
  const { connect } = await listening(t, waiting(seen))
  const client = await connect()
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`)
  client.send(paths.map((path) => request(`GET ${path}`)).join(''))
  await new Promise((resolve) => setTimeout(resolve, 30))

  await client.leave()

  await eventually(() => seen.length === 20, 'that all are told')
  t.same(seen.toSorted(), paths.toSorted())
})

t.test('and their receive and send as well', async (t) => {
  const seen: string[] = []
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      if (scope.path === '/sends') {
        await send({ type: 'http.response.start', status: 200, headers: [] })
        const body = Buffer.alloc(65_536)
        const end = async (): Promise<void> => {
          for (;;) await send({ type: 'http.response.body', body, moreBody: true })
        }
        await end().catch((error: unknown) => seen.push(String(error)))
      } else {
        while ((await receive()).type !== 'http.disconnect');
        seen.push(scope.path)
      }
    }),
  )
  const client = await connect()
  client.send(request('GET /first') + request('GET /second') + request('GET /sends'))
  await new Promise((resolve) => setTimeout(resolve, 30))

  await client.leave()

  await eventually(() => seen.length === 3, 'that all are told')
  t.same(seen.toSorted(), ['/first', '/second', 'ClientDisconnected: the client has disconnected'])
  t.same(errors, [])
})

t.test('pipelined requests leave no listeners on their connection', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      scope.onDisconnect?.(() => {})
      await receive()
      await new Promise((resolve) => setTimeout(resolve, 1))
      await answer(send, `<${scope.path}>`)
    }),
  )
  const client = await connect()
  for (let round = 0; round < 3; round++) {
    client.send(
      Array.from({ length: 15 }, (_, index) => request(`GET /${round}-${index}`)).join(''),
    )
    await client.until(`</${round}-14>`)
  }

  t.equal(client.received.match(/<\//g)?.length, 45)
})

t.test('a listener that throws is reported, and the others are called', async (t) => {
  const seen: string[] = []
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive) => {
      scope.onDisconnect?.(() => {
        throw new Error('in a listener')
      })
      scope.onDisconnect?.(() => seen.push('second'))
      while ((await receive()).type !== 'http.disconnect');
      seen.push('received')
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  await client.leave()

  await eventually(() => seen.length === 2, 'that all are told')
  t.match(errors, [{ message: 'in a listener' }])
})

t.test('half-open clients are gone, unless they are allowed (trap 5)', async (t) => {
  const app = httpApp(async (scope, _receive, send) => {
    let gone = false
    scope.onDisconnect?.(() => {
      gone = true
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (!gone) await answer(send, 'still there')
  })
  for (const allowHalfOpen of [false, true]) {
    const { connect, errors } = await listening(t, app, { allowHalfOpen })
    const client = await connect()
    client.send(request('GET /'))
    client.socket.end()

    const received = await client.end()

    t.equal(received.includes('still there'), allowHalfOpen)
    await new Promise((resolve) => setTimeout(resolve, 60))
    t.same(errors, [])
  }
})
