import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { assertUsable, fetchResponse } from '../../lib/interop/fetchresponse.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { SendMessage } from '../../lib/types.ts'
import { httpScope, receiving, websocketScope } from '../support/scopes.ts'
import { eventually, listening, request } from '../support/sockets.ts'

/** A server of other people: its address, and the connections that it has lost. */
async function upstream(
  t: Test,
  listener: Parameters<typeof createServer>[1],
): Promise<{ readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

t.test('passes on status, fields and body', async (t) => {
  const { url } = await upstream(t, (_, response) => {
    response.writeHead(201, [
      ...['set-cookie', 'a=1', 'set-cookie', 'b=2'],
      ...['x-a', '1', 'x-a', '2', 'content-type', 'text/x', 'connection', 'x-hop', 'x-hop', '1'],
    ])
    response.end('hello')
  })
  const app = Application({ routes: [Route('/', async () => fetchResponse(await fetch(url)))] })
  await using client = await testClient(app)

  const response = await client.get('/')

  t.equal(response.status, 201)
  t.same(response.headers.getSetCookie(), ['a=1', 'b=2'])
  t.equal(response.headers.get('x-a'), '1, 2')
  t.equal(response.headers.get('content-type'), 'text/x')
  t.notOk(response.headers.has('x-hop'))
  t.equal(await response.text(), 'hello')
})

t.test('removes the content-encoding of a body that fetch has decoded', async (t) => {
  const body = gzipSync('hello '.repeat(1000))
  const { url } = await upstream(t, (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.byteLength })
    response.end(body)
  })
  const app = Application({ routes: [Route('/', async () => fetchResponse(await fetch(url)))] })
  const { talk } = await listening(t, app)

  const received = await talk(request('GET /', ['connection: close']))

  t.notMatch(received, /content-encoding/i)
  t.match(received, 'hello hello')
})

t.test('can be changed until it is sent, and has its own background work', async (t) => {
  let done = false
  const background = async (): Promise<void> => {
    done = true
  }
  const response = fetchResponse(new globalThis.Response('hello'), { background })
  response.headers.set('x-mine', '1')
  response.setCookie('a', 'b')
  const app = Application({ routes: [Route('/', () => response)] })
  await using client = await testClient(app)

  const answer = await client.get('/')

  t.equal(answer.headers.get('x-mine'), '1')
  t.match(answer.headers.get('set-cookie'), /^a=b/)
  t.equal(await answer.text(), 'hello')
  t.ok(done)
})

t.test('can be sent once only', async (t) => {
  const response = fetchResponse(new globalThis.Response('hello'))
  const send = async (): Promise<void> => {}
  await response.respond(httpScope(), receiving([]), send)

  await t.rejects(response.respond(httpScope(), receiving([]), send), /already sent or read/)
})

t.test('cancels the body if the client disconnects', async (t) => {
  let lost = false
  const { url } = await upstream(t, (_, response) => {
    response.write('begin')
    response.on('close', () => {
      lost = true
    })
  })
  const app = Application({ routes: [Route('/', async () => fetchResponse(await fetch(url)))] })
  const { connect, errors } = await listening(t, app)

  const client = await connect()
  await client.send(request('GET /')).until('begin')
  await client.leave()

  await eventually(() => lost, 'the connection to the other server is closed')
  t.same(errors, [])
})

t.test('denies a websocket that was not accepted', async (t) => {
  const sent: SendMessage[] = []
  const response = fetchResponse(new globalThis.Response('no', { status: 403 }))

  await response.respond(websocketScope(), receiving([]), async (message) => {
    sent.push(message)
  })

  t.match(sent, [
    { type: 'websocket.http.response.start', status: 403 },
    { body: Buffer.from('no') },
  ])
})

t.test('throws if the response cannot be sent', async (t) => {
  const used = new globalThis.Response('x')
  await used.text()
  const locked = new globalThis.Response('x')
  locked.body?.getReader()
  for (const response of [used, locked]) {
    t.throws(() => fetchResponse(response), /^fetchResponse: the body was already read/)
  }
  t.throws(() => fetchResponse(globalThis.Response.error()), /status 0 cannot be sent/)
  for (const [value, pattern] of [
    [undefined, /undefined was given. Is a return missing/],
    [null, /null was given/],
    ['text', /string was given/],
    [{}, /an object \(Object\) was given/],
    [fetch('data:,'), /an object \(Promise\) was given. Is an await missing/],
    [new PlainTextResponse('x'), /a Stellula response was given/],
  ] as const) {
    t.throws(() => fetchResponse(value as unknown as globalThis.Response), pattern)
  }
})

t.test('takes the responses of other packages', async (t) => {
  const foreign = { status: 200, headers: new globalThis.Headers(), body: null, bodyUsed: false }

  t.doesNotThrow(() => assertUsable(foreign as unknown as globalThis.Response))
})
