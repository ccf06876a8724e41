import t from 'tap'
import { fixed, makeResponse } from '../../../lib/interop/tofetch/response.ts'

t.test('a response is made of any checked parts', async (t) => {
  t.equal(await makeResponse('text', 200, []).text(), 'text')
  t.equal(makeResponse(null, 204, ['x-a', '1']).headers.get('x-a'), '1')
})

t.test('a stream stays as it is where nobody asks for its length', async (t) => {
  const stream = new ReadableStream<Uint8Array>()

  t.equal(fixed(stream, 7), stream)
})
