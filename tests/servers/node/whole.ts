import t, { type Test } from 'tap'
import { bodyOf, httpApp, listening, request, statuses } from '../../support/sockets.ts'

/** The body that comes of these bytes. */
async function sent(t: Test, body: Uint8Array): Promise<string> {
  const { talk } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body', body })
    }),
  )
  const received = await talk(request('GET /', ['connection: close']))
  t.match(received, `\r\ncontent-length: ${body.byteLength}\r\n`)
  return bodyOf(received)
}

t.test('every byte arrives unchanged, in any kind of array', async (t) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  const expected = Buffer.from(bytes).toString('latin1')
  const larger = new Uint8Array(300).fill(1)
  larger.set(bytes, 22)

  t.equal(await sent(t, bytes), expected)
  t.equal(await sent(t, Buffer.from(bytes)), expected)
  t.equal(await sent(t, larger.subarray(22, 278)), expected)
})

t.test('bodies of any size arrive', async (t) => {
  for (const size of [0, 1, 64, 65, 16_383, 16_384, 16_385, 65_536, 3_000_000]) {
    t.equal(await sent(t, new Uint8Array(size).fill(0xfe)), '\xfe'.repeat(size))
  }
})

t.test('a HEAD without a body has no length, and the connection stays open', async (t) => {
  for (const shortcuts of [true, false]) {
    const app = httpApp(async (scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const body = Buffer.from(scope.method === 'HEAD' ? '' : 'hello')
      await send({ type: 'http.response.body', body, moreBody: false })
    })
    const { talk } = await listening(t, app, { shortcuts })

    const received = await talk(request('HEAD /') + request('GET /', ['connection: close']))

    const [head = ''] = received.split('\r\n\r\n')
    t.notMatch(head, /content-length|transfer-encoding/i)
    t.match(received, /\r\ncontent-length: 5\r\n(?:.|\r\n)*\r\n\r\nhello$/i)
    t.same(statuses(received), [200, 200])
  }
})
