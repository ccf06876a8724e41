// Runs alone: measures the memory of its process.
import t from 'tap'
import type { ReceiveMessage } from '../../../lib/types.ts'
import {
  answer,
  bodyOf,
  eventually,
  httpApp,
  listening,
  readAll,
  request,
  soon,
  statuses,
} from '../../support/sockets.ts'

/** Keeps the message types that came, until a disconnect. */
function recorder(): { app: ReturnType<typeof httpApp>; seen: string[] } {
  const seen: string[] = []
  const app = httpApp(async (_scope, receive) => {
    for (;;) {
      const message = await receive()
      seen.push(describe(message))
      if (message.type === 'http.disconnect') return
    }
  })
  return { app, seen }
}

function describe(message: ReceiveMessage): string {
  if (message.type !== 'http.request') return message.type
  return `${Buffer.from(message.body).toString('latin1')}${message.moreBody ? '…' : '.'}`
}

t.test('a request without a body has one empty message', async (t) => {
  const { talk } = await listening(
    t,
    httpApp(async (_scope, receive, send) => answer(send, describe(await receive()))),
  )

  for (const fields of [[], ['content-length: 0'], ['transfer-encoding: chunked']]) {
    const body = fields[0]?.startsWith('transfer') ? '0\r\n\r\n' : ''
    t.equal(bodyOf(await talk(request('POST /', [...fields, 'connection: close'], body))), '.')
  }
})

t.test('a body is received completely, with a length or in chunks, in any packets', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => answer(send, `<${await readAll(receive)}>`)),
  )
  const client = await connect()

  client.send(request('POST /', ['content-length: 10']))
  for (const part of ['he', 'llo ', '', 'ther']) {
    client.send(part)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await client.until('<hello ther>')
  client.send(request('POST /', ['transfer-encoding: chunked']))
  for (const part of [
    '5\r\nhe',
    'llo\r',
    '\n1;x=y\r\n,\r\n6\r\n world\r\n0\r\nx-sum: 1\r\n',
    '\r\n',
  ]) {
    client.send(part)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }

  await client.until('<hello, world>')
  t.same(statuses(client.received), [200, 200])
})

t.test('after the body receive waits for the client to disconnect', async (t) => {
  const { app, seen } = recorder()
  const { connect } = await listening(t, app)
  const client = await connect()
  client.send(request('POST /', ['content-length: 2'], 'hi'))
  await eventually(() => seen.length === 1, 'the body')
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.same(seen, ['hi.'])

  await client.leave()

  await eventually(() => seen.length === 2, 'the disconnect')
  t.same(seen, ['hi.', 'http.disconnect'])
})

t.test('or for the end of the response, and then returns a disconnect every time', async (t) => {
  let again: Promise<ReceiveMessage[]> | undefined
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      await receive()
      const pending = receive()
      await answer(send, 'done')
      again = Promise.all([pending, receive(), receive()])
      await again
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('done')

  const messages = await soon(again ?? Promise.reject(new Error('not called')), 'disconnects')

  t.same(messages.map(describe), ['http.disconnect', 'http.disconnect', 'http.disconnect'])
})

t.test('also when the response started before the first receive', async (t) => {
  let seen: ReceiveMessage[] = []
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.from('first'), moreBody: true })
      seen = [await receive(), await receive()]
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('first')

  await client.leave()

  await eventually(() => seen.length === 2, 'the disconnect')
  t.same(seen.map(describe), ['.', 'http.disconnect'])
})

t.test('a client that disconnects within the body is a disconnect, not an end', async (t) => {
  for (const head of ['content-length: 100', 'transfer-encoding: chunked']) {
    const { app, seen } = recorder()
    const { connect, errors } = await listening(t, app)
    const client = await connect()
    const part = head.startsWith('content') ? 'part' : '4\r\npart\r\n'
    client.send(request('POST /', [head], part))
    await eventually(() => seen.length === 1, 'the part')

    await client.leave()

    await eventually(() => seen.length === 2, 'the disconnect')
    t.same(seen, ['part…', 'http.disconnect'])
    t.same(errors, [])
  }
})

t.test('also when the client only closes its side', async (t) => {
  const { app, seen } = recorder()
  const { connect } = await listening(t, app)
  const client = await connect()
  client.send(request('POST /', ['content-length: 100'], 'part'))
  await eventually(() => seen.length === 1, 'the part')

  client.socket.end()

  await eventually(() => seen.length === 2, 'the disconnect')
  t.same(seen, ['part…', 'http.disconnect'])
})

t.test('simultaneous receives are served in order, each message once', async (t) => {
  let seen: string[] = []
  let received = 0
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      const messages = [receive(), receive(), receive(), receive()]
      for (const message of messages.slice(0, 3)) void message.then(() => received++)
      seen = (await Promise.all(messages.slice(0, 3))).map(describe)
      await answer(send, 'done')
      seen.push(describe((await messages[3]) ?? { type: 'http.disconnect' }))
    }),
  )
  const client = await connect()
  client.send(request('POST /', ['content-length: 3']))
  for (const [index, part] of [...'abc'].entries()) {
    client.send(part)
    await eventually(() => received > index, 'that part')
  }

  await client.until('done')

  await eventually(() => seen.length === 4, 'the disconnect')
  t.same(seen, ['a…', 'b…', 'c.', 'http.disconnect'])
})

t.test('a client cannot send faster than the app reads', async (t) => {
  let goOn: (() => void) | undefined
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      await receive()
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      await answer(send, `<${(await readAll(receive)).byteLength > 0}>`)
    }),
  )
  const client = await connect()
  const size = 64 * 1_048_576
  client.send(request('POST /', [`content-length: ${size}`]))
  client.send(new Uint8Array(size))
  let before = 0
  await eventually(() => {
    const stands = goOn !== undefined && client.socket.bytesWritten === before
    before = client.socket.bytesWritten
    return stands
  }, 'that the client is held up')

  t.ok(client.socket.writableLength > size / 2, `${client.socket.writableLength} bytes are held up`)
  goOn?.()

  await client.until('<true>')
})

t.test('little is read ahead', async (t) => {
  const before = process.memoryUsage().arrayBuffers
  const { app, seen } = recorder()
  const { connect } = await listening(t, app)
  for (let index = 0; index < 10; index++) {
    const client = await connect()
    client.send(request('POST /', ['content-length: 10'], '12345'))
  }
  await eventually(() => seen.length === 10, 'the parts')

  t.ok(process.memoryUsage().arrayBuffers - before < 10 * 300_000)
})

t.test('Expect: 100-continue is answered by the first receive (trap 7)', async (t) => {
  let goOn: (() => void) | undefined
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      await answer(send, `<${await readAll(receive)}>`)
    }),
  )
  const client = await connect()
  client.send(request('POST /', ['content-length: 2', 'expect: 100-Continue']))
  await eventually(() => goOn !== undefined, 'the app')
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.equal(client.received, '')

  goOn?.()
  await client.until('HTTP/1.1 100 Continue\r\n\r\n')
  client.send('hi')

  t.match(await client.until('<hi>'), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  t.notMatch(client.received, /connection: close/i)
})

t.test('after the start of the response it is not answered', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.from('one'), moreBody: true })
      await new Promise((resolve) => setTimeout(resolve, 10))
      const body = await readAll(receive)
      await send({ type: 'http.response.body', body })
    }),
  )
  const client = await connect()
  client.send(request('POST /', ['content-length: 2', 'expect: 100-continue']))
  await client.until('one')
  client.send('hi')

  t.equal(bodyOf(await client.end()), '3\r\none\r\n2\r\nhi\r\n0\r\n\r\n')
})

t.test('HTTP/1.0 does not support Expect', async (t) => {
  const { talk } = await listening(
    t,
    httpApp(async (_scope, receive, send) => answer(send, `<${await readAll(receive)}>`)),
  )

  const received = await talk(
    'POST / HTTP/1.0\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\nhi',
  )

  t.match(received, /^HTTP\/1\.1 200 OK\r\n(?:.|\r\n)*<hi>$/)
})
