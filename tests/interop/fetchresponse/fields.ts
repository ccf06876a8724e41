import t from 'tap'
import { fieldsOf, forwardedFields } from '../../../lib/interop/fetchresponse/fields.ts'

function response(headers: [string, string][]): globalThis.Response {
  return new globalThis.Response(null, { headers })
}

t.test('lists the fields, with each cookie in its own field', async (t) => {
  const list = fieldsOf(
    response([
      ['Set-Cookie', 'a=1'],
      ['X-A', '1'],
      ['Set-Cookie', 'b=2, c'],
      ['X-A', '2'],
    ]),
  )

  t.same(list, ['set-cookie', 'a=1', 'set-cookie', 'b=2, c', 'x-a', '1, 2'])
})

t.test('removes hop-by-hop fields, and those that Connection names', async (t) => {
  const list = forwardedFields(
    response([
      ['connection', 'close, X-Private'],
      ['x-private', '1'],
      ['keep-alive', 'timeout=5'],
      ['proxy-authenticate', 'Basic'],
      ['proxy-connection', 'close'],
      ['te', 'trailers'],
      ['trailer', 'x-t'],
      ['transfer-encoding', 'chunked'],
      ['upgrade', 'h2c'],
      ['x-kept', 'keep-alive'],
    ]),
  )

  t.same(list, ['x-kept', 'keep-alive'])
})

t.test('removes content-encoding and content-length of a decoded body', async (t) => {
  for (const [coding, decoded, kept] of [
    ['gzip', undefined, false],
    ['x-gzip', undefined, false],
    ['BR', undefined, false],
    ['deflate, gzip', undefined, false],
    ['zstd', undefined, true],
    ['gzip, zstd', undefined, true],
    ['zstd', true, false],
    ['gzip', false, true],
  ] as const) {
    const list = forwardedFields(
      response([
        ['content-encoding', coding],
        ['content-length', '7'],
      ]),
      decoded,
    )
    t.same(list, kept ? ['content-encoding', coding, 'content-length', '7'] : [], coding)
  }
  t.same(forwardedFields(response([['content-length', '7']])), ['content-length', '7'])
})
