import t from 'tap'
import { pack, unpack } from '../../../lib/middleware/sessions/backend.ts'

const id = 'a'.repeat(43)

t.test('packed data is unpacked', async (t) => {
  for (const text of ['{}', '{"a":",\\n"}', '']) {
    for (const created of [1_700_000_000, 1_600_000_000]) {
      const kept = { record: { id, text }, issued: 1_700_000_000, created }
      t.same(unpack(pack(kept)), kept)
    }
  }
})

t.test('a session without a creation time counts from its last save', async (t) => {
  t.match(unpack(`${id},7,{}`), { issued: 7, created: 7 })
})

t.test('other data is not unpacked', async (t) => {
  for (const text of ['', '{}', `${id},x,{}`, `${id}a,1,{}`, `${id},-1,{}`, `${id},1`]) {
    t.equal(unpack(text), undefined, text)
  }
})
