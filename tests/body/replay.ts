// What an app behind the reader of a body receives.
import t from 'tap'
import { Body } from '../../lib/body.ts'
import { ClientDisconnected } from '../../lib/exceptions.ts'
import type { HTTPScope, ReceiveMessage } from '../../lib/types.ts'
import { httpScope, receiving } from '../support/scopes.ts'

const decoder = new TextDecoder()

function part(text: string, moreBody = true): ReceiveMessage {
  return { type: 'http.request', body: new TextEncoder().encode(text), moreBody }
}

function bodyOf(texts: readonly string[], overrides: Partial<HTTPScope> = {}): Body {
  const messages = texts.map((text, index) => part(text, index < texts.length - 1))
  return new Body(httpScope(overrides), receiving(messages))
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of stream);
}

const TOO_LARGE = { status: 413, message: /^The request body is larger than \d+ bytes\.$/ }

t.test('passes on the messages of the client if nothing was read', async (t) => {
  const messages = [part('a'), part('b', false), { type: 'http.disconnect' } as const]
  const receive = new Body(httpScope(), receiving(messages)).replay()

  t.same([await receive(), await receive(), await receive()], messages)
})

t.test('replays a complete body once, then passes on client messages: MW-BASE-8', async (t) => {
  const messages = [part('a'), part('b', false), { type: 'http.disconnect' } as const]
  const body = new Body(httpScope(), receiving(messages))
  await body.bytes()

  for (const receive of [body.replay(), body.replay()]) {
    t.same(await receive(), part('ab', false))
  }
  const receive = body.replay()
  await receive()
  t.same(await receive(), { type: 'http.disconnect' })
})

t.test('waits for a body that is still being read', async (t) => {
  const body = bodyOf(['a', 'b'])
  const receive = body.replay()
  const reading = body.bytes()

  t.same(await receive(), part('ab', false))
  t.equal(decoder.decode(await reading), 'ab')
})

const GONE = /request\.replay: the body was already read as a stream/

t.test('rejects every time if the body was streamed: MW-BASE-8', async (t) => {
  const body = bodyOf(['a', 'b'])
  await collect(body.stream())
  const receive = body.replay()

  await t.rejects(receive(), GONE)
  await t.rejects(receive(), GONE)
})

t.test('rejects when a part of the body was streamed: MW-BASE-10', async (t) => {
  const body = bodyOf(['a', 'b', 'c'])
  const stream = body.stream()
  const receive = body.replay()
  await stream.next()

  await t.rejects(receive(), GONE)
  t.equal(decoder.decode((await stream.next()).value ?? undefined), 'b')
})

t.test('passes on the whole body if its stream was not started', async (t) => {
  const body = bodyOf(['a', 'b'])
  const stream = body.stream()
  const receive = body.replay()

  t.same([await receive(), await receive()], [part('a'), part('b', false)])
  t.same(await stream.next(), { done: true, value: undefined })
})

t.test('a stream throws once an inner app has begun to read the body', async (t) => {
  const body = bodyOf(['a', 'b'])
  const stream = body.stream()
  await body.replay()()

  await t.rejects(stream.next(), /request\.stream: the body was already read by the inner app/)
})

t.test('passes on an empty body that was streamed, since nothing is missing', async (t) => {
  for (const texts of [[''], ['', '']]) {
    const body = bodyOf(texts)
    await collect(body.stream())

    t.same(await body.replay()(), part('', false))
  }
})

t.test('passes on the disconnect after a stream that it interrupted', async (t) => {
  const gone = { type: 'http.disconnect' } as const
  const body = new Body(httpScope(), receiving([part('a'), gone, gone]))
  await t.rejects(collect(body.stream()), new ClientDisconnected())

  t.same(await body.replay()(), gone)
})

t.test('leaves nothing for the middleware, which throws immediately: MW-BASE-9', async (t) => {
  const body = bodyOf(['a', 'b'])
  await body.replay()()

  await t.rejects(body.bytes(), /request\.bytes: the body was already read by the inner app/)
  t.throws(() => body.stream(), /request\.stream: the body was already read by the inner app/)
})

t.test('rejects in a second app if the first has read the body, or a part of it', async (t) => {
  for (const texts of [['a'], ['a', 'b']]) {
    const body = bodyOf(texts)
    await body.replay()()

    await t.rejects(body.replay()(), /request\.replay: .* read by the inner app/)
  }
})

t.test('does not take parts from a body that is being read', async (t) => {
  const body = bodyOf(['a', 'b', 'c'])
  const reading = body.bytes()
  const receive = body.replay()
  const [first] = [receive(), receive()]

  t.same(await first, part('abc', false))
  t.equal(decoder.decode(await reading), 'abc')
})

t.test('passes on the disconnect, which is not part of the body', async (t) => {
  const body = new Body(httpScope(), receiving([{ type: 'http.disconnect' }, part('a', false)]))

  t.same(await body.replay()(), { type: 'http.disconnect' })
  t.equal(decoder.decode(await body.bytes()), 'a')
})

t.test('throws the error that reading the body threw', async (t) => {
  const body = bodyOf(['abc'], { maxBodySize: 1 })
  await t.rejects(body.bytes(), TOO_LARGE)

  await t.rejects(body.replay()(), TOO_LARGE)
})
