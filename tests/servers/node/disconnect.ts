import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { App } from '../../../lib/types.ts'
import { answer, eventually, httpApp, listening, request } from '../../support/sockets.ts'

/** Waits to be told that the client left; keeps the paths of those that were. */
function waiting(seen: string[], onCall: () => void): App {
  return httpApp(async (scope) => {
    onCall()
    await new Promise<void>((resolve) => scope.onDisconnect?.(resolve))
    seen.push(scope.path)
  })
}

t.test('calls all listeners once', async (t) => {
  const seen: string[] = []
  let isCalled = false
  const { connect } = await listening(
    t,
    httpApp(async (scope) => {
      isCalled = true
      scope.onDisconnect?.(() => seen.push('one'))
      await new Promise<void>((resolve) => scope.onDisconnect?.(resolve))
      seen.push('two')
      scope.onDisconnect?.(() => seen.push('at once'))
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await eventually(() => isCalled, 'the call')
  t.same(seen, [])

  await client.leave()

  await eventually(() => seen.length === 3, 'that all are told')
  t.same(seen, ['one', 'two', 'at once'])
})

t.test('calls a listener that is added after the disconnect', async (t) => {
  const seen: string[] = []
  let isCalled = false
  let goOn: () => void = () => {}
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { connect } = await listening(
    t,
    httpApp(async (scope) => {
      isCalled = true
      await mayGoOn
      await new Promise((resolve) => setTimeout(resolve, 50)) // the server hears of it meanwhile
      scope.onDisconnect?.(() => seen.push('gone'))
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await eventually(() => isCalled, 'the call')

  await client.leave()
  goOn()

  await eventually(() => seen.length === 1, 'that it is told')
})

t.test('does not call them when the response is complete (trap 1)', async (t) => {
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

t.test('does not call them after the body while the client waits (trap 1)', async (t) => {
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

t.test('calls those of pipelined requests that wait for the first, too', async (t) => {
  const seen: string[] = []
  let calls = 0
  const { connect } = await listening(
    t,
    waiting(seen, () => void calls++),
  )
  const client = await connect()
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`)
  client.send(paths.map((path) => request(`GET ${path}`)).join(''))
  await eventually(() => calls === paths.length, 'the calls')

  await client.leave()

  await eventually(() => seen.length === 20, 'that all are told')
  t.same(seen.toSorted(), paths.toSorted())
})

t.test('ends their receive and send as well', async (t) => {
  const seen: string[] = []
  let calls = 0
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      calls++
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
  await eventually(() => calls === 3, 'the calls')

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

t.test('an error of a listener is reported, and the others are called', async (t) => {
  const seen: string[] = []
  let isCalled = false
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive) => {
      isCalled = true
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
  await eventually(() => isCalled, 'the call')
  await client.leave()

  await eventually(() => seen.length === 2, 'that all are told')
  t.match(errors, [{ message: 'in a listener' }])
})

t.test('a half-open client has disconnected, unless it is allowed (trap 5)', async (t) => {
  for (const allowHalfOpen of [false, true]) {
    const app = httpApp(async (scope, _receive, send) => {
      const gone = new Promise<void>((resolve) => scope.onDisconnect?.(resolve))
      if (allowHalfOpen) await Promise.race([gone, sleep(50)])
      else await gone
      await answer(send, 'still there')
    })
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
