import t from 'tap'
import { isPlausible, pack, unpack } from '../../../lib/middleware/sessions/backend.ts'

const id = 'a'.repeat(43)

t.test('what was packed is unpacked', async (t) => {
  for (const text of ['{}', '{"a":",\\n"}', '']) {
    const kept = { record: { id, text }, issued: 1_700_000_000 }
    t.same(unpack(pack(kept)), kept)
  }
})

t.test('nothing else is', async (t) => {
  for (const text of ['', '{}', `${id},x,{}`, `${id}a,1,{}`, `${id},-1,{}`, `${id},1`]) {
    t.equal(unpack(text), undefined, text)
  }
})

t.test('no cookie is longer than browsers keep', async (t) => {
  t.equal(isPlausible('a'.repeat(4096)), true)
  t.equal(isPlausible('a'.repeat(4097)), false)
})
