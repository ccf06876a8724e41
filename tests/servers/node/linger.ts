// Trap 8: an answer while a large body is still on its way reaches the client.
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { stopTimers, stretchTimers } from '../../support/clock.ts'
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

const MEGABYTE = 'x'.repeat(1_048_576)
const tooLarge = httpApp((_scope, _receive, send) => answer(send, 'too large', 413))

t.test('a client that sends all before it reads gets the answer to an unread body', async (t) => {
  const { server, connect } = await listening(t, tooLarge)
  for (let round = 0; round < 10; round++) {
    const client = await connect()
    client.socket.pause()
    client.send(request('POST /', ['content-length: 8388608']))
    for (let part = 0; part < 8; part++) {
      await new Promise((resolve) => client.socket.write(MEGABYTE, resolve))
    }
    client.socket.resume()

    const received = await client.end()

    t.match(received, /^HTTP\/1\.1 413 /)
    t.match(received, /\r\nconnection: close\r\n/i)
    t.match(received, /too large$/)
    t.equal(client.error, '')
  }
  await server.close()
})

t.test('chunks are discarded in the same way, to the last', async (t) => {
  const { connect } = await listening(t, tooLarge)
  const client = await connect()
  client.send(request('POST /', ['transfer-encoding: chunked']))
  await client.until('too large')
  for (let part = 0; part < 4; part++) client.send(`100000\r\n${MEGABYTE}\r\n`)
  client.send('0\r\n\r\n')

  const received = await client.end()

  t.same(statuses(received), [413])
  t.equal(client.error, '')
})

t.test('the connection is closed as soon as the body has arrived', async (t) => {
  const { connect } = await listening(t, tooLarge)
  stopTimers(t)
  const client = await connect()
  client.send(request('POST /', ['content-length: 1048576']) + MEGABYTE)

  t.same(statuses(await client.end()), [413])
})

t.test('a client that sends slowly can read its answer after its upload', async (t) => {
  const { connect } = await listening(t, tooLarge)
  const client = await connect()
  client.socket.pause()
  client.send(request('POST /', ['content-length: 1048576']))
  for (let part = 0; part < 10; part++) {
    client.send('x'.repeat(50_000))
    await setTimeout(150)
  }
  t.equal(client.error, '')
  client.socket.resume()

  t.match(await client.end(), /too large$/)
})

t.test('an unanswered Expect leaves nothing to discard, and closes immediately', async (t) => {
  const { talk } = await listening(t, tooLarge)
  stopTimers(t)

  const received = await talk(
    request('POST /', ['content-length: 1048576', 'expect: 100-continue']),
  )

  t.same(statuses(received), [413])
  t.match(received, /\r\nconnection: close\r\n/i)
})

t.test('requests after the last response are not served (RFC 9112 section 9.6)', async (t) => {
  const paths: string[] = []
  const { connect } = await listening(
    t,
    httpApp(async (scope, _receive, send) => {
      paths.push(scope.path)
      await answer(send, 'too large', 413)
    }),
  )
  const client = await connect()
  client.send(request('POST /first', ['content-length: 100000']))
  await client.until('too large')
  client.send('x'.repeat(100_000) + request('GET /second'))

  const received = await client.end()

  t.same(statuses(received), [413])
  t.same(paths, ['/first'])
})

t.test('also when they arrive in one packet', async (t) => {
  const paths: string[] = []
  const { talk } = await listening(
    t,
    httpApp(async (scope, _receive, send) => {
      paths.push(scope.path)
      // Without waiting: what is read before there is an answer may be served.
      void send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body' })
    }),
  )
  const chunked = request('POST /first', ['transfer-encoding: chunked'])

  const received = await talk(`${chunked}1\r\nx\r\n0\r\n\r\n${request('GET /second')}`)

  t.same(statuses(received), [200])
  t.same(paths, ['/first'])
})

t.test('the body is discarded after a streamed answer too', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 413, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.from('too '), moreBody: true })
      await send({ type: 'http.response.body', body: Buffer.from('large') })
    }),
  )
  const client = await connect()
  client.socket.pause()
  client.send(request('POST /', ['content-length: 4194304']))
  for (let part = 0; part < 4; part++) {
    await new Promise((resolve) => client.socket.write(MEGABYTE, resolve))
  }
  client.socket.resume()

  t.match(await client.end(), /0\r\n\r\n$/)
  t.equal(client.error, '')
})

t.test('the rest of a partly read body is discarded too', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      await receive()
      await answer(send, 'enough')
    }),
  )
  const client = await connect()
  client.socket.pause()
  client.send(request('POST /', ['content-length: 4194304']))
  for (let part = 0; part < 4; part++) {
    await new Promise((resolve) => client.socket.write(MEGABYTE, resolve))
  }
  client.socket.resume()

  t.match(await client.end(), /enough$/)
  t.equal(client.error, '')
})

t.test('a client that requested the close gets its answer before a small body', async (t) => {
  const { connect } = await listening(t, tooLarge)
  const client = await connect()
  client.send(request('POST /', ['content-length: 2000', 'connection: close']))
  await client.until('too large')
  client.send('x'.repeat(1000))
  await setTimeout(20)
  client.send('x'.repeat(1000))

  t.same(statuses(await client.end()), [413])
  t.equal(client.error, '')
})

t.test('a small unread body keeps the connection, whether a part was read or not', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      if (scope.path === '/part') await receive()
      await answer(send, `<${scope.path}>`)
    }),
  )
  const client = await connect()
  for (const path of ['/none', '/part']) {
    client.send(request(`POST ${path}`, ['content-length: 50000']) + 'x'.repeat(10_000))
    await client.until(`<${path}>`)
    client.send('x'.repeat(40_000))
  }
  client.send(request('POST /all', ['content-length: 2']))
  await client.until('</all>')
  client.send('xx')

  t.same(statuses(client.received), [200, 200, 200])
  t.notMatch(client.received, /connection: close/i)
})

t.test('graceful shutdown does not wait for a silent client', async (t) => {
  const { server, connect } = await listening(t, tooLarge, { gracePeriodMs: 600_000 })
  const client = await connect()
  client.send(request('POST /', ['content-length: 1048576']))
  await client.until('too large')

  await soon(server.close(), 'the close')

  await eventually(() => timers().length === 0, 'the end of the timers')
})

t.test('a client that disconnects during it leaves no timer', async (t) => {
  const { server, connect } = await listening(t, tooLarge)
  const client = await connect()
  client.send(request('POST /', ['content-length: 1048576']))
  await client.until('too large')
  await client.leave()
  await server.close()

  await eventually(() => timers().length === 0, 'the end of the timers')
})

t.test('the body of a refused request is discarded too', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_s, receive) => void (await readAll(receive))),
  )
  const client = await connect()
  client.send(request('POST /%zz', ['content-length: 1048576']))
  await client.until('Bad Request')
  client.send(MEGABYTE)

  t.same(statuses(await client.end()), [400])
  t.equal(client.error, '')
})

t.test('a client that pauses for seconds can read its answer', async (t) => {
  const { connect } = await listening(t, tooLarge)
  stretchTimers(t, 1 / 20)
  const client = await connect()
  client.socket.pause()
  client.send(request('POST /', ['content-length: 1048576']))
  for (let part = 0; part < 5; part++) {
    client.send('x'.repeat(50_000))
    await setTimeout(150) // three seconds for the server
  }
  t.equal(client.error, '')
  client.socket.resume()

  t.match(await client.end(), /too large$/)
})

t.test('a client that never sends the rest is disconnected after five seconds', async (t) => {
  const { connect, server } = await listening(t, tooLarge)
  stretchTimers(t, 1 / 20)
  const client = await connect()
  client.send(request('POST /', ['content-length: 1048576']))
  await client.until('too large')
  await setTimeout(300)
  // Only a write finds out that the server's side is closed for good.
  const timer = setInterval(() => client.socket.write('x'), 5)
  t.teardown(() => clearInterval(timer))

  await eventually(() => client.socket.destroyed, 'the cut')

  await server.close()
})

function timers(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
}
