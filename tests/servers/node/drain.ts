// Graceful shutdown.
import t from 'tap'
import type { SendMessage } from '../../../lib/types.ts'
import {
  answer,
  eventually,
  httpApp,
  listening,
  request,
  soon,
  statuses,
} from '../../support/sockets.ts'

const START: SendMessage = { type: 'http.response.start', status: 200, headers: [] }
const PART: SendMessage = { type: 'http.response.body', body: Buffer.from('part'), moreBody: true }

function pause(time = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time))
}

t.test('closes idle connections immediately, and refuses new ones', async (t) => {
  const { server, connect } = await listening(
    t,
    httpApp((_scope, _receive, send) => answer(send, 'fine')),
    { gracePeriodMs: 600_000 },
  )
  const [unused, used] = [await connect(), await connect()]
  used.send(request('GET /'))
  await used.until('fine')

  await soon(server.close(), 'the close')

  await Promise.all([unused.end(), used.end()])
  await t.rejects(connect(), { code: 'ECONNREFUSED' })
})

t.test('waits for open exchanges, and closes their connections', async (t) => {
  let goOn: () => void = () => {}
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let isCalled = false
  const { server, connect } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      isCalled = true
      await mayGoOn
      await answer(send, 'fine')
    }),
    { gracePeriodMs: 600_000 },
  )
  const client = await connect()
  client.send(request('GET /'))
  await eventually(() => isCalled, 'the request')
  const closed = server.close()
  t.equal(closed, server.close())
  await pause()
  goOn()

  t.match(await client.end(), /\r\nconnection: close\r\n(?:.|\r\n)*fine$/)
  await soon(closed, 'the close')
  await server.closed
})

t.test('a response to a slow client is sent completely', async (t) => {
  const SIZE = 32 * 1_048_576
  let isStarted = false
  const { server, connect } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send(START)
      isStarted = true
      await send({ type: 'http.response.body', body: Buffer.alloc(SIZE, 'x') })
    }),
    { gracePeriodMs: 600_000 },
  )
  const client = await connect()
  let size = 0
  client.socket.removeAllListeners('data').pause()
  client.send(request('GET /'))
  await eventually(() => isStarted, 'the response')
  await pause(50)
  const idle = await connect()
  const closed = server.close()
  await pause(50)
  client.socket.on('data', (data: Buffer) => {
    size += data.byteLength
  })
  client.socket.resume()

  await soon(closed, 'the close')

  await client.end()
  await idle.end()
  t.ok(size > SIZE, `${size} bytes came`)
  t.equal(client.error, '')
})

t.test('background work counts as open', async (t) => {
  let isDone = false
  const { server, connect } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await answer(send, 'fine')
      await pause(100)
      isDone = true
    }),
    { gracePeriodMs: 600_000 },
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('fine')

  await server.close()

  t.ok(isDone)
})

t.test('aborts exchanges over the grace time, and their apps get a disconnect', async (t) => {
  const seen: string[] = []
  const { server, connect, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send(START)
      try {
        for (;;) {
          await send(PART)
          await pause()
        }
      } catch (error) {
        seen.push(String(error))
        throw error
      }
    }),
    { gracePeriodMs: 100 },
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('part')
  const started = Date.now()

  await server.close()

  t.ok(Date.now() - started >= 95)
  t.same(seen, ['ClientDisconnected: the client has disconnected'])
  t.notMatch(await client.end(), /0\r\n\r\n$/)
  t.same(errors, [])
})

t.test('an app that ignores the disconnect is abandoned after a second', async (t) => {
  let goOn: () => void = () => {}
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let isCalled = false
  const { server, connect } = await listening(
    t,
    httpApp(async () => {
      isCalled = true
      await mayGoOn
    }),
    { gracePeriodMs: 10 },
  )
  const client = await connect()
  client.send(request('GET /'))
  await eventually(() => isCalled, 'the request')
  const started = Date.now()

  await soon(server.close(), 'the close')

  t.ok(Date.now() - started >= 1_000)
  goOn()
})

t.test('later requests on open connections are answered, with a close', async (t) => {
  let goOn: () => void = () => {}
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let isCalled = false
  const { server, connect } = await listening(
    t,
    httpApp(async (scope, _receive, send) => {
      isCalled = true
      if (scope.path === '/slow') {
        await mayGoOn
      }
      await answer(send, `<${scope.path}>`)
    }),
    { gracePeriodMs: 600_000 },
  )
  const client = await connect()
  client.send(request('GET /slow'))
  await eventually(() => isCalled, 'the request')
  const closed = server.close()
  client.send(request('GET /more'))
  await pause()
  goOn()

  const received = await client.end()

  t.match(received, /<\/slow>/)
  t.equal(received.match(/connection: close/g)?.length, statuses(received).length)
  await soon(closed, 'the close')
})

t.test('a request that arrives while the process is blocked is answered', async (t) => {
  const { server, connect } = await listening(
    t,
    httpApp((_scope, _receive, send) => answer(send, 'fine')),
    { gracePeriodMs: 600_000 },
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('fine')
  // Right before the server looks at its connections, in the same turn of timers.
  setTimeout(() => {
    client.send(request('GET /'))
    const end = performance.now() + 300
    while (performance.now() < end);
  }, 20)
  const closed = server.close()

  t.match(await client.end(), /fine(?:.|\r\n)*connection: close\r\n(?:.|\r\n)*fine$/i)
  await soon(closed, 'the close')
})

t.test('leaves no timer behind', async (t) => {
  const { server, connect } = await listening(
    t,
    httpApp((_scope, _receive, send) => answer(send, 'fine')),
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('fine')

  await server.close()

  const open = (): string[] => process.getActiveResourcesInfo()
  await eventually(
    () => !open().some((name) => name === 'TCPServerWrap' || name === 'Timeout'),
    () => String(open()),
  )
})
