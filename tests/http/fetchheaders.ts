import t from 'tap'
import { toFetchHeaders } from '../../lib/http/fetchheaders.ts'

t.test('keeps every value of a name, in order', async (t) => {
  const headers = toFetchHeaders(['x-a', '1', 'accept', '*/*', 'x-a', '2', 'x-a', '3'])

  t.equal(headers.get('x-a'), '1, 2, 3')
  t.equal(headers.get('accept'), '*/*')
})

t.test('joins cookies by semicolons, as in HTTP/1', async (t) => {
  const headers = toFetchHeaders(['cookie', 'a=1', 'cookie', 'b=2'])

  t.equal(headers.get('cookie'), 'a=1; b=2')
})

t.test('is empty for an empty list', async (t) => {
  t.same([...toFetchHeaders([])], [])
})
