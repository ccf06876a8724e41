import t from 'tap'
import { type Fields, Refusal, readFields } from '../../../lib/servers/node/fields.ts'

function read(...rawHeaders: string[]): Fields {
  const fields = readFields(['Host', 'a', ...rawHeaders], '1.1')
  if (fields instanceof Refusal) throw new Error(`refused: ${fields.status}`)
  return fields
}

function refusal(rawHeaders: string[], httpVersion = '1.1', authority?: string): number {
  const fields = readFields(rawHeaders, httpVersion, authority)
  return fields instanceof Refusal ? fields.status : 200
}

t.test('names become lower-case, and the original list is not changed', async (t) => {
  const rawHeaders = ['Host', 'a', 'X-A', 'B']

  const fields = readFields(rawHeaders, '1.1')

  t.match(fields, { headers: ['host', 'a', 'x-a', 'B'] })
  t.same(rawHeaders, ['Host', 'a', 'X-A', 'B'])
})

t.test('the length of the body is 0 without a body, and Infinity for chunks', async (t) => {
  t.equal(read().bodyLength, 0)
  t.equal(read('Content-Length', '12').bodyLength, 12)
  t.equal(read('Transfer-Encoding', ' Chunked ').bodyLength, Number.POSITIVE_INFINITY)
})

t.test('an unknown coding gets 501, and a repeated one 400', async (t) => {
  t.equal(refusal(['host', 'a', 'transfer-encoding', 'gzip, chunked']), 501)
  t.equal(refusal(['host', 'a', ...Array(2).fill(['transfer-encoding', 'chunked']).flat()]), 400)
  t.equal(refusal(['host', 'a', 'transfer-encoding', 'chunked'], '1.0'), 400)
})

t.test('one valid Host is required, except in HTTP/1.0', async (t) => {
  t.equal(refusal([]), 400)
  t.equal(refusal([], '1.0'), 200)
  t.equal(refusal(['host', 'a', 'Host', 'a']), 400)
  t.equal(refusal(['host', 'a b']), 400)
  t.equal(refusal(['host', 'a'], '1.1', ''), 400)
  t.match(readFields(['host', ''], '1.1'), { headers: ['host', ''] })
})

t.test('the authority of the target overrides it', async (t) => {
  t.match(readFields(['Host', 'a'], '1.1', 'b:80'), { headers: ['host', 'b:80'] })
  t.match(readFields([], '1.0', 'b'), { headers: ['host', 'b'] })
  t.equal(refusal(['host', 'a'], '1.1', 'user@b'), 400)
})

t.test('other versions than 1.0 and 1.1 are refused', async (t) => {
  t.equal(refusal(['host', 'a'], '0.9'), 400)
  t.equal(refusal(['host', 'a'], '2.0'), 400)
})
