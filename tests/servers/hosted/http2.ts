// Apps inside of servers of node:http2: requests, bodies, what the host goes on with, and the end.
import { once } from 'node:events'
import { createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { type NodeListener, toNode } from '../../../lib/servers/hosted.ts'
import type { App } from '../../../lib/types.ts'
import { answer, httpApp, readAll, soon } from '../../support/sockets.ts'
import { answerOf, ask, connected } from '../../support/streams.ts'

type Handle = (request: Http2ServerRequest, response: Http2ServerResponse) => void

async function hosting(t: Test, handle: Handle): Promise<number> {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Node's types know the listener's pair for HTTP/1.1 only. */
function call(listener: NodeListener, pair: readonly unknown[], next?: () => void): void {
  const [request, response] = pair as Parameters<NodeListener>
  listener(request, response, next)
}

const echo: App = httpApp(async (scope, receive, send) => {
  const body = await readAll(receive)
  await answer(send, `${scope.httpVersion} ${scope.method} ${scope.path} ${body}`)
})

t.test('requests with and without a body, with fields of the host', async (t) => {
  await using listener = toNode(echo)
  const port = await hosting(t, (request, response) => {
    response.setHeader('x-host', 'yes')
    response.setHeader('content-type', 'text/html')
    call(listener, [request, response])
  })
  const session = await connected(t, port)
  const got = await answerOf(ask(session, { ':path': '/a' }))
  t.match(got, { status: 200, text: '2 GET /a ' })
  t.match(got.headers, { 'x-host': 'yes', 'content-type': 'text/plain' })
  const posted = await answerOf(ask(session, { ':method': 'POST' }, 'body'))
  t.equal(posted.text, '2 POST / body')
})

t.test('trailers of the app are sent', async (t) => {
  const trailing = httpApp(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [], trailers: true })
    await send({ type: 'http.response.body', body: Buffer.from('body') })
    await send({ type: 'http.response.trailers', headers: ['x-sum', '4'] })
  })
  await using listener = toNode(trailing)
  const port = await hosting(t, (...pair) => call(listener, pair))
  const got = await answerOf(ask(await connected(t, port), { te: 'trailers' }))
  t.match(got, { text: 'body', trailers: { 'x-sum': '4' } })
})

t.test('a body that the host has read can be read again', async (t) => {
  await using listener = toNode(echo)
  const port = await hosting(t, async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part
    call(listener, [Object.assign(request, { body }), response])
  })
  const session = await connected(t, port)
  t.equal((await answerOf(ask(session, { ':method': 'POST' }, 'body'))).text, '2 POST / body')
})

t.test('errors are passed to the host, or are a 500', async (t) => {
  const errors: unknown[] = []
  const failing = httpApp(async () => {
    throw new Error('bug')
  })
  await using listener = toNode(failing, { onError: (error) => errors.push(error) })
  const port = await hosting(t, (request, response) => {
    const next = (): void => void response.end('the host')
    call(listener, [request, response], request.url === '/next' ? next : undefined)
  })
  const session = await connected(t, port)
  t.equal((await answerOf(ask(session, { ':path': '/next' }))).text, 'the host')
  t.equal((await answerOf(ask(session, {}))).status, 500)
  t.match(errors, [{ message: 'bug' }])
})

t.test('after close, requests get 503', async (t) => {
  const listener = toNode(echo)
  const port = await hosting(t, (request, response) => call(listener, [request, response]))
  const session = await connected(t, port)
  await answerOf(ask(session, {}))
  await soon(listener.close(), 'the end of the listener')
  t.equal((await answerOf(ask(session, {}))).status, 503)
})
