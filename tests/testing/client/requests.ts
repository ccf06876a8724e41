// What a client says with its requests, and what it keeps of them.
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import {
  JSONResponse,
  PlainTextResponse,
  RedirectResponse,
  StreamingResponse,
} from '../../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'

const showing = Route(
  '/{path:path}',
  (request) => new JSONResponse(Object.fromEntries(request.headers)),
)

const field = async (response: Response, name: string): Promise<unknown> =>
  (await response.json())[name]

t.test('LS-TEST-1: the fields of a client can be changed later', async (t) => {
  await using client = await testClient(showing, { headers: { 'x-a': '1' } })
  t.equal(await field(await client.get('/'), 'x-a'), '1')

  client.headers.set('x-a', '2').set('x-b', '3').delete('user-agent')
  const seen = await (await client.get('/', { headers: { 'x-b': 'own' } })).json()
  t.match(seen, { 'x-a': '2', 'x-b': 'own', 'user-agent': 'testclient' })
  client.headers.delete('x-a')
  t.equal(await field(await client.get('/'), 'x-a'), undefined)
})

t.test('LS-TEST-1: credentials belong to the client or a request', async (t) => {
  await using client = await testClient(showing, { auth: { bearer: 'abc' } })
  const sent = async (url: string, options = {}): Promise<unknown> =>
    field(await client.get(url, options), 'authorization')

  t.equal(await sent('/'), 'Bearer abc')
  const auth = { username: 'Ada', password: 'é:x' }
  t.equal(await sent('/', { auth }), `Basic ${Buffer.from('Ada:é:x').toString('base64')}`)
  t.equal(await sent('/', { headers: { authorization: 'Own' } }), 'Own')
  t.equal(await sent('http://other.example/'), undefined, 'it is not for other origins')
})

t.test('credentials of a request are not sent to another origin', async (t) => {
  const app = Application({
    routes: [
      Route('/here', () => new RedirectResponse('/shown')),
      Route('/away', () => new RedirectResponse('http://other.example/shown')),
      Route('/shown', (request) => new JSONResponse(request.headers.get('authorization'))),
    ],
  })
  await using client = await testClient(app)
  const options = { auth: { bearer: 'abc' } }

  t.equal(await (await client.get('/here', options)).json(), 'Bearer abc')
  t.equal(await (await client.get('/away', options)).json(), null)
})

t.test('invalid credentials reject the request', async (t) => {
  await using client = await testClient(showing)
  for (const auth of [{}, { username: 'a' }, { bearer: 7 }]) {
    await t.rejects(
      client.get('/', { auth: auth as never }),
      /testClient: auth must be credentials/,
    )
  }
})

t.test('a request may omit the cookies of the client', async (t) => {
  const app = Route('/', (request) => {
    const response = new JSONResponse(request.cookies)
    response.setCookie('b', '2')
    return response
  })
  await using client = await testClient(app, { cookies: { a: '1' } })

  t.same(await (await client.get('/', { cookies: false })).json(), {})
  t.same(await (await client.get('/')).json(), { a: '1' })
  t.same(await (await client.get('/')).json(), { a: '1', b: '2' })
})

t.test('LS-TEST-1: the messages of an exchange are kept on request', async (t) => {
  const echo: App = async (scope, receive, send) => {
    const bytes = Buffer.alloc(2)
    await receive()
    await new StreamingResponse(
      (async function* () {
        for (const text of ['ab', 'cd']) {
          bytes.write(text)
          yield bytes
        }
      })(),
    ).respond(scope, receive, send)
  }
  await using client = await testClient(echo, { record: true })
  const response = await client.post('/', { body: 'hello' })
  t.equal(await response.text(), 'abcd')

  t.same(response.messages, [
    { type: 'http.request', body: Buffer.from('hello'), moreBody: true },
    { type: 'http.response.start', status: 200, headers: [] },
    { type: 'http.response.body', body: Buffer.from('ab'), moreBody: true },
    { type: 'http.response.body', body: Buffer.from('cd'), moreBody: true },
    { type: 'http.response.body', moreBody: false },
  ])
  t.same((await client.get('/', { record: false })).messages, [])
})

t.test('the messages of a websocket are kept on request', async (t) => {
  const app = WebSocketRoute('/', async (websocket) => {
    await websocket.accept()
    await websocket.sendBytes(await websocket.receiveBytes())
    await websocket.close()
  })
  await using client = await testClient(app)
  const socket = await client.websocket('/', { record: true })
  await socket.sendBytes(Buffer.from('a'))
  t.same(await socket.receiveBytes(), Buffer.from('a'))
  await socket.closed

  t.same(
    socket.messages.map(({ type }) => type),
    [
      ...['websocket.connect', 'websocket.accept', 'websocket.receive'],
      ...['websocket.send', 'websocket.close'],
    ],
  )
  t.same((await client.websocket('/')).messages, [])
})

t.test('LS-TEST-1: a timeout error says how far the exchange came', async (t) => {
  let left = false
  const slow: App = async (_scope, receive, send) => {
    await receive()
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (let type = ''; type !== 'http.disconnect'; ) type = (await receive()).type
    left = true
  }
  await using client = await testClient(slow, { timeout: 20, lifespan: 'off' })

  await t.rejects(client.post('/a?b=1', { body: '' }), {
    message:
      'testClient: the app has not answered POST /a within 20 ms; the last message that it received was http.request, the last message that it sent was http.response.start. Find what the handler waits for, or pass another timeout.',
  })
  while (!left) await turn()
  t.pass('the app is told')
  const quick = await testClient(
    Route('/', () => new PlainTextResponse('ok')),
    { timeout: 60_000 },
  )
  t.equal(await (await quick.get('/')).text(), 'ok')
  for (const timeout of [0, -1, Number.NaN]) {
    await t.rejects(quick.get('/', { timeout }), /timeout must be a positive number/)
  }
  await quick.close()
})
