import t from 'tap'
import { Responder } from '../../../lib/protocol/response.ts'
import { FetchWire } from '../../../lib/servers/fetch/wire.ts'
import { type HTTPScope, SENT, type SendMessage } from '../../../lib/types.ts'
import { httpScope } from '../../support/scopes.ts'

class Outlet {
  responses: globalThis.Response[] = []
  left = 0
  ended = 0
  deliver(response: globalThis.Response): void {
    this.responses.push(response)
  }
  leave(): void {
    this.left++
  }
  end(): void {
    this.ended++
  }
}

interface SetUp {
  readonly outlet: Outlet
  readonly wire: FetchWire
  readonly responder: Responder
}

function setUp(scope: HTTPScope = httpScope(), file?: (path: string) => Blob): SetUp {
  const outlet = new Outlet()
  const wire = new FetchWire(outlet, file)
  return { outlet, wire, responder: new Responder(scope, wire) }
}

function start(headers: string[] = [], status = 200): SendMessage {
  return { type: 'http.response.start', status, headers }
}

function body(text: string, moreBody = false): SendMessage {
  return { type: 'http.response.body', body: Buffer.from(text), moreBody }
}

t.test('a whole body is delivered at once, so that the runtime can count it', async (t) => {
  const { outlet, wire, responder } = setUp()

  t.equal(responder.send(start(['x-a', '1', 'set-cookie', 'a', 'set-cookie', 'b'])), SENT)
  t.same(outlet.responses, [], 'nothing before the first body')
  t.equal(responder.send(body('hello')), SENT)

  const [response] = outlet.responses
  t.same(
    [...(response?.headers ?? [])],
    [
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['x-a', '1'],
    ],
  )
  t.equal(await response?.text(), 'hello')
  t.ok(responder.phase === 'complete' && wire.isFlushed)
  t.equal(outlet.ended, 1)
  t.equal(responder.send(body('more')), SENT, 'what comes later goes nowhere')
})

t.test('parts are a stream, delivered with the first part', async (t) => {
  const { outlet, responder } = setUp()
  responder.send(start())
  responder.send(body('a', true))

  t.equal(outlet.responses.length, 1)
  t.notOk(responder.phase === 'complete')
  responder.send(body('b', true))
  responder.send(body('c'))
  t.equal(await outlet.responses[0]?.text(), 'abc')
  t.equal(outlet.responses[0]?.headers.has('content-length'), false)
})

t.test('an announced length is kept, and checked', async (t) => {
  const { outlet, responder } = setUp()
  responder.send(start(['content-length', '2']))
  responder.send(body('a', true))
  const refused = responder.send(body('bc', true))

  await t.rejects(refused, /content-length is 2, but the body has 3 bytes or more/)
  t.equal(outlet.responses[0]?.headers.get('content-length'), '2')
  await t.rejects(async () => void (await outlet.responses[0]?.text()), /content-length/)
  await t.rejects(responder.send(body('')), { name: 'ClientDisconnected' })
})

t.test('a wrong length before the first part allows another response', async (t) => {
  const { outlet, responder } = setUp()
  responder.send(start(['content-length', '2']))
  await t.rejects(responder.send(body('a')), /has 1 bytes. Leave/)
  responder.send(start())
  responder.send(body('a'))

  t.equal(await outlet.responses[0]?.text(), 'a')
})

t.test('HEAD, 204 and 304 have no body; HEAD has the length of a whole one', async (t) => {
  for (const [method, status, whole, open] of [
    ['HEAD', 200, '5', null],
    ['GET', 204, null, null],
    ['GET', 304, null, null],
  ] as const) {
    const one = setUp(httpScope({ method }))
    one.responder.send(start([], status))
    one.responder.send(body('hello'))
    t.equal(one.outlet.responses[0]?.body, null)
    t.equal(one.outlet.responses[0]?.headers.get('content-length'), whole)

    const other = setUp(httpScope({ method }))
    other.responder.send(start([], status))
    await other.responder.send(body('hel', true))
    await other.responder.send(body('lo', true))
    t.notOk(other.responder.phase === 'complete')
    await other.responder.send(body(''))
    t.equal(other.outlet.responses[0]?.body, null)
    t.equal(other.outlet.responses[0]?.headers.get('content-length'), open)
    t.ok(other.responder.phase === 'complete')
  }
})

t.test('HEAD has no length if the app sends no body', async (t) => {
  const { outlet, responder } = setUp(httpScope({ method: 'HEAD' }))
  responder.send(start())
  responder.send(body(''))

  t.equal(outlet.responses[0]?.headers.get('content-length'), null)
})

t.test('messages out of order, or unknown to fetch, are refused', async (t) => {
  const { responder } = setUp()
  await t.rejects(responder.send(body('x')), /the response has not started/)
  const trailers = { ...start(), trailers: true } as SendMessage
  await t.rejects(responder.send(trailers), /http.response.trailers: this server cannot send it/)
  const other = setUp().responder
  other.send(start())
  await t.rejects(other.send(start()), /the response has started/)
  await t.rejects(other.send({ type: 'http.response.early_hint', links: [] }), /cannot send it/)
  const text = { type: 'http.response.body', body: 'text' } as unknown as SendMessage
  await t.rejects(other.send(text), /must be a Uint8Array, string was sent/)
  await t.rejects(setUp().responder.send(start(['x-a', 'a\r\nb'])), /latin-1 text/)
})

t.test('sending to a client that has disconnected rejects', async (t) => {
  const { outlet, wire, responder } = setUp()
  responder.send(start())
  responder.send(body('x', true))

  await outlet.responses[0]?.body?.cancel()
  t.equal(outlet.left, 1)
  wire.leave()

  t.ok(wire.isGone)
  await t.rejects(responder.send(body('y', true)), { name: 'ClientDisconnected' })
})

t.test('a disconnect after the last message is ignored', async (t) => {
  const { wire, responder } = setUp()
  responder.send(start())
  responder.send(body('x'))
  wire.leave()
  t.ok(responder.phase === 'complete')
})

t.test('a stream of known length has it if the runtime uses it', async (t) => {
  const lengths: number[] = []
  class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
    constructor(length: number) {
      super()
      lengths.push(length)
    }
  }
  Object.assign(globalThis, { FixedLengthStream })
  t.teardown(() => Reflect.deleteProperty(globalThis, 'FixedLengthStream'))
  const { outlet, responder } = setUp()
  responder.send(start(['content-length', '2']))
  responder.send(body('a', true))
  responder.send(body('b'))

  t.equal(await outlet.responses[0]?.text(), 'ab')
  t.same(lengths, [2])
})

t.test('a file is sent by the runtime if it can, without its name', async (t) => {
  const file = (path: string): Blob => new Blob([path])
  const sent: SendMessage = { type: 'http.response.pathsend', path: '/a/file' }
  const bare = setUp()
  await bare.responder.send(start())
  await t.rejects(bare.responder.send(sent), { message: /this server cannot send it/ })

  for (const [method, headers, text, disposition] of [
    ['GET', ['content-length', '7'], '/a/file', 'inline'],
    ['GET', ['content-disposition', 'attachment'], '/a/file', 'attachment'],
    ['HEAD', [], '', 'inline'],
  ] as const) {
    const { outlet, responder } = setUp(httpScope({ method }), file)
    await t.rejects(responder.send(sent), { message: /right after the start/ })
    await responder.send(start([...headers]))
    await responder.send(sent)
    const [response] = outlet.responses
    t.equal(await response?.text(), text)
    t.equal(response?.headers.get('content-disposition'), disposition)
    t.same([responder.phase === 'complete', outlet.ended], [true, 1])
  }
})
