import t from 'tap'
import { Incoming } from '../../../lib/servers/fetch/incoming.ts'

function post(body: BodyInit, headers: HeadersInit = {}): globalThis.Request {
  const init = { method: 'POST', body, headers, duplex: 'half' }
  return new globalThis.Request('http://h/', init as RequestInit)
}

function text(message: unknown): string {
  const { body } = message as { body: Uint8Array }
  return Buffer.from(body).toString()
}

t.test('a missing body is one empty part', async (t) => {
  const incoming = new Incoming(new globalThis.Request('http://h/'), () => {})

  t.match(await incoming.receive(), { type: 'http.request', moreBody: false })
})

t.test('the body of a GET, which runtimes leave out, is not awaited', async (t) => {
  const request = new globalThis.Request('http://h/', { headers: { 'content-length': '3' } })
  const incoming = new Incoming(request, () => t.fail('the client is there'))

  t.match(await incoming.receive(), { type: 'http.request', moreBody: false })
})

t.test('returns the parts on demand', async (t) => {
  let pulled = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        pulled++
        if (pulled === 3) controller.close()
        else controller.enqueue(Buffer.from(`part ${pulled}`))
      },
    },
    { highWaterMark: 0 },
  )
  const incoming = new Incoming(post(stream), () => {})

  t.equal(pulled, 0)
  const messages = [incoming.receive(), incoming.receive(), incoming.receive()]
  t.same((await Promise.all(messages)).map(text), ['part 1', 'part 2', ''])
  t.match(await messages[2], { moreBody: false })
})

t.test('the last announced byte is the end', async (t) => {
  const incoming = new Incoming(post('hello', { 'content-length': '5' }), () => {})

  t.match(await incoming.receive(), { moreBody: false })
})

t.test('after the body receive waits for the end of the exchange', async (t) => {
  const incoming = new Incoming(new globalThis.Request('http://h/'), () => {})
  await incoming.receive()
  const waiting = [incoming.receive(), incoming.receive()]

  incoming.end()

  t.same(await Promise.all(waiting), [{ type: 'http.disconnect' }, { type: 'http.disconnect' }])
  t.same(await incoming.receive(), { type: 'http.disconnect' })
  incoming.end()
})

t.test('a body that fails, or is short, is a client disconnect', async (t) => {
  const broken = new ReadableStream({
    pull: () => {
      throw new Error('reset')
    },
  })
  for (const request of [post(broken), post('abc', { 'content-length': '5' })]) {
    let lost = 0
    const incoming = new Incoming(request, () => {
      lost++
      incoming.end()
    })
    let message = await incoming.receive()
    if (message.type === 'http.request') message = await incoming.receive()

    t.equal(message.type, 'http.disconnect')
    t.equal(lost, 1)
  }
})

t.test('a partly read body is cancelled at the end', async (t) => {
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Buffer.from('x')),
    cancel: () => {
      cancelled = true
    },
  })
  const incoming = new Incoming(post(stream), () => {})
  await incoming.receive()

  incoming.end()

  t.ok(cancelled)
})
