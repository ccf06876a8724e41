// Where the server is another: scopes that lack something, bodies that are not as announced.
import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { type ProxyOptions, proxy } from '../../../lib/interop/proxy.ts'
import type { HTTPScope, Receive, ReceiveMessage, SendMessage } from '../../../lib/types.ts'
import { hostServer, rawUpstream } from '../../support/hosts.ts'
import { httpScope } from '../../support/scopes.ts'
import { eventually, soon } from '../../support/sockets.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

interface Called {
  readonly sent: SendMessage[]
  readonly done: Promise<void>
  readonly put: (message: ReceiveMessage) => void
}

/** Calls a proxy as a server would, message by message. */
function call(target: string, scope: Partial<HTTPScope>, options: ProxyOptions = {}): Called {
  const sent: SendMessage[] = []
  const queue: ReceiveMessage[] = []
  const waiting: ((message: ReceiveMessage) => void)[] = []
  const receive: Receive = () =>
    new Promise((resolve) => {
      const message = queue.shift()
      if (message === undefined) waiting.push(resolve)
      else resolve(message)
    })
  const app = proxy(target, { onError: () => {}, ...options })
  const done = app(httpScope(scope), receive, async (message) => void sent.push(message))
  done.catch(() => {})
  const put = (message: ReceiveMessage): void => {
    const resolve = waiting.shift()
    if (resolve === undefined) queue.push(message)
    else resolve(message)
  }
  return { sent, done, put }
}

function part(text: string, moreBody: boolean): ReceiveMessage {
  return { type: 'http.request', body: Buffer.from(text), moreBody }
}

const EMPTY = part('', false)

t.test('a disconnect message ends the request too', async (t) => {
  const { url, connections } = await rawUpstream(t, () => {})
  for (const [headers, before] of [
    [[], [EMPTY]],
    [['content-length', '5'], [part('hello', false)]],
    [['content-length', '5'], [part('he', true)]],
  ] as [string[], ReceiveMessage[]][]) {
    const { done, put, sent } = call(url, { headers, method: 'POST' })
    for (const message of before) put(message)
    await eventually(() => connections.open === 1, 'the request')
    put({ type: 'http.disconnect' })
    await t.rejects(soon(done, 'the end'), { name: 'ClientDisconnected' })
    t.same(sent, [])
    await eventually(() => connections.open === 0, 'the close')
  }
})

t.test('nothing is requested for a client that has already disconnected', async (t) => {
  const { url, connections } = await rawUpstream(t, () => {})
  const { done } = call(url, { onDisconnect: (listener) => listener() })

  await t.rejects(done, new ClientDisconnected())
  t.equal(connections.total, 0)
})

t.test('a body shorter or longer than declared is not forwarded as complete', async (t) => {
  for (const parts of [
    [part('hello', false)],
    [part('he', true), part('', false)],
    [part('hel', true), part('lo', true)],
  ]) {
    const { url, connections, received } = await rawUpstream(t, () => {})
    const { done, put, sent } = call(url, { method: 'POST', headers: ['content-length', '4'] })
    for (const message of parts) put(message)
    await soon(done, 'the answer')

    t.match(sent, [
      { type: 'http.response.start', status: 400 },
      { body: Buffer.from('The body does not have the declared length.') },
    ])
    await eventually(() => connections.open === 0, 'the close')
    t.notMatch(received[0] ?? '', /hello/)
  }
})

t.test('a body without a length is sent in chunks, also from other versions', async (t) => {
  const { url, received } = await rawUpstream(t, (socket, text) => {
    if (text.endsWith('0\r\n\r\n')) socket.write(OK)
  })
  const { done, put, sent } = call(url, { method: 'POST', httpVersion: '2' })
  put(part('a', true))
  put(part('b', false))
  await done

  t.match(received[0], /\r\ntransfer-encoding: chunked\r\n.*\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n$/s)
  t.match(sent, [{ status: 200 }, { body: Buffer.from('ok'), moreBody: false }])
})

t.test('messages that the server does not support are not sent', async (t) => {
  const { url } = await hostServer(t, (_request, response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' })
    response.writeHead(200, { trailer: 'x' })
    response.write('a')
    response.addTrailers({ x: '1' })
    response.end()
  })
  for (const [extensions, types] of [
    [{}, ['start', 'body', 'body']],
    [
      { 'http.response.early_hint': {}, 'http.response.trailers': {} },
      ['start', 'early_hint', 'body', 'body', 'trailers'],
    ],
  ] as const) {
    const options = { earlyHints: true }
    const { done, sent } = call(url, { headers: ['te', 'trailers'], extensions }, options)
    await done
    t.same(
      sent.map(({ type }) => type),
      types.map((type) => `http.response.${type}`),
    )
  }
})

t.test('an option that throws is a bug, and nothing is forwarded', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => socket.write(OK))
  const fails = (): never => {
    throw new Error('option')
  }
  await t.rejects(call(url, {}, { requestHeaders: fails }).done, { message: 'option' })
  t.equal(connections.total, 0)
  await t.rejects(call(url, {}, { responseHeaders: fails }).done, { message: 'option' })
  await eventually(() => connections.open === 0, 'the close')
})

t.test('a client that disconnects during a send leaves nothing open', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')
  })
  const app = proxy(url)
  const send = (): Promise<void> => Promise.reject(new ClientDisconnected())

  await t.rejects(
    app(httpScope(), async () => EMPTY, send),
    { name: 'ClientDisconnected' },
  )
  await eventually(() => connections.open === 0, 'the close')
})
