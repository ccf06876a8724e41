// Runs alone: measures the memory of its process.
import t from 'tap'
import type { Send } from '../../../lib/types.ts'
import {
  bodyOf,
  dechunked,
  eventually,
  httpApp,
  listening,
  request,
  soon,
} from '../../support/sockets.ts'

const CLOSE = ['connection: close']

function streaming(
  stream: (part: (body: Uint8Array) => Promise<void>, send: Send) => Promise<void>,
) {
  return httpApp(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await stream((body) => send({ type: 'http.response.body', body, moreBody: true }), send)
    await send({ type: 'http.response.body' })
  })
}

t.test('parts of one turn are one chunk', async (t) => {
  const { talk } = await listening(
    t,
    streaming(async (part) => {
      for (const text of ['a', 'b', '', 'c']) await part(Buffer.from(text))
      await new Promise((resolve) => setTimeout(resolve, 5))
      await part(Buffer.from('d'))
    }),
  )

  t.equal(bodyOf(await talk(request('GET /', CLOSE))), '3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n')
})

t.test('an empty part sends the head', async (t) => {
  let goOn: () => void = () => {}
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { connect } = await listening(
    t,
    streaming(async (part) => {
      await part(new Uint8Array(0))
      await part(new Uint8Array(0))
      await mayGoOn
    }),
  )
  const client = await connect()
  client.send(request('GET /', CLOSE))

  t.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n/)
  goOn()
  t.equal(bodyOf(await client.end()), '0\r\n\r\n')
})

t.test('a producer may use its buffer again once send has resolved', async (t) => {
  const { talk } = await listening(
    t,
    streaming(async (part) => {
      const buffer = Buffer.alloc(4)
      for (const text of ['one ', 'two ', 'tre ']) {
        buffer.write(text)
        await part(buffer)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
      buffer.write('end ')
      await part(buffer)
      buffer.fill('x')
    }),
  )

  t.equal(dechunked(bodyOf(await talk(request('GET /', CLOSE)))), 'one two tre end ')
})

t.test('a slow reader stops the producer, and memory stays constant', async (t) => {
  const PART = Buffer.alloc(65_536, 'x')
  const PARTS = 4_096 // 256 MB
  let sent = 0
  const { connect } = await listening(
    t,
    streaming(async (part) => {
      for (; sent < PARTS; sent++) await part(PART)
    }),
  )
  const before = process.memoryUsage().rss
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /', CLOSE))
  let last = -1
  await eventually(() => {
    const stands = sent === last && sent > 0
    last = sent
    return stands
  }, 'that the producer stops')
  await new Promise((resolve) => setTimeout(resolve, 50))

  t.equal(sent, last)
  t.ok(sent < 200, `${sent} parts were taken`)
  t.ok(process.memoryUsage().rss - before < 100_000_000)

  await client.leave()
})

t.test('a reader that resumes gets the rest, to the last byte', async (t) => {
  const PART = Buffer.alloc(65_536, 'x')
  const { connect } = await listening(
    t,
    streaming(async (part) => {
      for (let index = 0; index < 160; index++) await part(PART)
    }),
  )
  const client = await connect()
  let size = 0
  client.socket.removeAllListeners('data').pause()
  client.send(request('GET /', CLOSE))
  await new Promise((resolve) => setTimeout(resolve, 50))
  client.socket.on('data', (data: Buffer) => {
    size += data.byteLength
  })
  client.socket.resume()

  await client.end()

  t.ok(size > 160 * 65_536)
  t.ok(size < 161 * 65_536)
})

t.test('endless small parts are stopped too', async (t) => {
  const PART = Buffer.alloc(100, 'x')
  let sent = 0
  const { connect } = await listening(
    t,
    streaming(async (part) => {
      for (;;) {
        await part(PART)
        sent += PART.byteLength
      }
    }),
  )
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /', CLOSE))
  await eventually(() => sent > 0, 'the first parts')
  await new Promise((resolve) => setTimeout(resolve, 200))

  t.ok(sent < 16_000_000, `${sent} bytes were taken`)
  await client.leave()
})

t.test('a waiting producer is released when the client disconnects (trap 2)', async (t) => {
  let error: unknown
  let [begun, listeners] = [0, 0]
  const { connect, errors } = await listening(
    t,
    streaming(async (part) => {
      begun++
      try {
        for (;;) await part(Buffer.alloc(65_536))
      } catch (caught) {
        error = caught
        listeners++
        throw caught
      }
    }),
  )
  for (let round = 1; round <= 3; round++) {
    const client = await connect()
    client.socket.pause()
    client.send(request('GET /'))
    await eventually(() => begun === round, 'the request')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await client.leave()
    await eventually(() => listeners === round, 'the error')
  }

  t.match(error, { name: 'ClientDisconnected' })
  t.same(errors, [])
})

t.test('many parts in flight at once add no listeners (trap 3)', async (t) => {
  const { talk, errors } = await listening(
    t,
    streaming(async (part) => {
      for (let round = 0; round < 5; round++) {
        const parts = Array.from({ length: 50 }, () => part(Buffer.alloc(65_536, 'x')))
        await Promise.all(parts)
      }
    }),
  )

  const received = await talk(request('GET /', CLOSE))

  t.equal(dechunked(bodyOf(received)).length, 250 * 65_536)
  t.same(errors, [])
})

t.test('parts without await do not hang when the last one follows', async (t) => {
  let isDone = false
  const { connect } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const body = Buffer.alloc(16_777_216, 'x')
      const parts = [
        send({ type: 'http.response.body', body, moreBody: true }),
        send({ type: 'http.response.body', body: Buffer.from('end') }),
      ]
      await soon(Promise.all(parts), 'room that nobody tells of')
      isDone = true
    }),
  )
  const client = await connect()
  client.send(request('GET /', CLOSE))

  t.match((await client.end()).slice(-20), /end\r\n0\r\n\r\n$/)
  t.ok(isDone)
})

t.test('a head that is sent alone has its values in latin-1 too', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      const headers = ['x-name', 'caf\xe9']
      await send({ type: 'http.response.start', status: 200, headers })
      await send({ type: 'http.response.body', body: new Uint8Array(), moreBody: true })
      await new Promise((resolve) => setTimeout(resolve, 20))
      await send({ type: 'http.response.body', body: Buffer.from('done') })
    }),
  )
  for (const method of ['GET', 'HEAD']) {
    const client = await connect()
    client.send(request(`${method} /`, CLOSE))

    t.match(await client.until('\r\n\r\n'), /\r\nx-name: caf\xe9\r\n/, method)
    await client.end()
  }
})
