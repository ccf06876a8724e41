import t from 'tap'
import { makeResponse, withFixedLength } from '../../../lib/servers/fetch/response.ts'

t.test('a response is created from any checked parts', async (t) => {
  t.equal(await makeResponse('text', 200, []).text(), 'text')
  t.equal(makeResponse(null, 204, ['x-a', '1']).headers.get('x-a'), '1')
})

t.test('a length is set only if the runtime cannot count the body', async (t) => {
  const length = (body: Parameters<typeof makeResponse>[0]): string | null =>
    makeResponse(body, 200, ['content-length', '1']).headers.get('content-length')

  t.equal(length('a'), null)
  t.equal(length(new Uint8Array(1)), null)
  t.equal(length(new ReadableStream<Uint8Array>()), '1')
  t.equal(length(null), '1')
})

t.test('a stream is not changed if its length is not needed', async (t) => {
  const stream = new ReadableStream<Uint8Array>()

  t.equal(withFixedLength(stream, 7), stream)
})
