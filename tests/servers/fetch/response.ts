import t from 'tap'
import { fixed, makeResponse } from '../../../lib/servers/fetch/response.ts'

t.test('a response is made of any checked parts', async (t) => {
  t.equal(await makeResponse('text', 200, []).text(), 'text')
  t.equal(makeResponse(null, 204, ['x-a', '1']).headers.get('x-a'), '1')
})

t.test('only what the runtime cannot count carries the length that it was given', async (t) => {
  const length = (body: Parameters<typeof makeResponse>[0]): string | null =>
    makeResponse(body, 200, ['content-length', '1']).headers.get('content-length')

  t.equal(length('a'), null)
  t.equal(length(new Uint8Array(1)), null)
  t.equal(length(new ReadableStream<Uint8Array>()), '1')
  t.equal(length(null), '1')
})

t.test('a stream stays as it is where nobody asks for its length', async (t) => {
  const stream = new ReadableStream<Uint8Array>()

  t.equal(fixed(stream, 7), stream)
})
