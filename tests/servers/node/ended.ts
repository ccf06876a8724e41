import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { endStream } from '../../../lib/servers/node/ended.ts'
import { answer, eventually, httpApp, listening, request, statuses } from '../../support/sockets.ts'

/** Sends one request without a body to a plain server. */
async function served(t: Test, listener: RequestListener): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) =>
      response.resume().on('end', resolve),
    )
  })
}

t.test('the stream has ended before anybody could read, and tells nothing', async (t) => {
  const events: string[] = []
  let seen: IncomingMessage | undefined
  await served(t, (request, response) => {
    seen = request
    for (const name of ['data', 'end', 'close', 'error', 'aborted']) {
      request.on(name, () => events.push(name))
    }
    endStream(request)
    response.end('done')
  })

  t.equal(seen?.readableEnded, true)
  t.equal(seen?.complete, true, 'the parser has come to its end all the same')
  t.same(events, [])
})

for (const shortcuts of [true, false]) {
  t.test(`with shortcuts: ${shortcuts}`, async (t) => {
    const app = httpApp(async (scope, receive, send) => {
      await receive()
      await answer(send, scope.path)
    })

    t.test('requests follow each other on one connection, also unasked', async (t) => {
      const { talk, errors } = await listening(t, app, { shortcuts })
      const last = request('GET /3', ['connection: close'])

      const received = await talk(`${request('GET /1')}${request('HEAD /2')}${last}`)

      t.same(statuses(received), [200, 200, 200])
      t.match(received, /\/1HTTP\/1\.1 200 OK[\s\S]*\/3$/)
      t.same(errors, [])
    })

    t.test('a body after a request without one is read', async (t) => {
      const echo = httpApp(async (_scope, receive, send) => {
        const message = await receive()
        const body = message.type === 'http.request' ? Buffer.from(message.body).toString() : ''
        await answer(send, `[${body}]`)
      })
      const { talk } = await listening(t, echo, { shortcuts })
      const post = `${request('POST /', ['content-length: 3', 'connection: close'])}abc`

      t.match(await talk(request('GET /') + post), /\[\]HTTP[\s\S]*\[abc\]$/)
    })

    t.test('the client that leaves is noticed', async (t) => {
      let gone = false
      const waiting = httpApp(async (scope, receive) => {
        scope.onDisconnect?.(() => {
          gone = true
        })
        await receive()
        await receive()
      })
      const { connect, errors } = await listening(t, waiting, { shortcuts })
      const client = await connect()
      client.send(request('GET /'))
      await new Promise((resolve) => setTimeout(resolve, 50))

      await client.leave()

      await eventually(() => gone, 'the departure')
      t.same(errors, [])
    })
  })
}
