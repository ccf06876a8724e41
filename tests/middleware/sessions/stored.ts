import t from 'tap'
import { encodeText } from '../../../lib/internal/bytes.ts'
import { storedBackend } from '../../../lib/middleware/sessions/stored.ts'
import { memoryStore } from '../../../lib/stores/memory.ts'
import type { Store } from '../../../lib/stores/store.ts'

const id = 'a'.repeat(43)
const kept = { record: { id, text: '{"a":1}' }, issued: 1_700_000_000, created: 1 }

/** A store that lists its keys. */
function watched(): { store: Store; keys: Set<string>; ttls: number[] } {
  const inner = memoryStore()
  const keys = new Set<string>()
  const ttls: number[] = []
  const store: Store = {
    get: (key) => inner.get(key),
    set(key, value, ttl) {
      keys.add(key)
      ttls.push(ttl)
      return inner.set(key, value, ttl)
    },
    setIfAbsent: (key, value, ttl) => inner.setIfAbsent(key, value, ttl),
    delete: (key) => inner.delete(key),
    clear: (prefix) => inner.clear(prefix),
    ttl: (key) => inner.ttl(key),
    touch: (key, ttl) => inner.touch(key, ttl),
    increment: (key, amount, options) => inner.increment(key, amount, options),
  }
  return { store, keys, ttls }
}

t.test('the cookie has the id, the store its hash', async (t) => {
  const { store, keys, ttls } = watched()
  const backend = storedBackend(store, 60)

  const token = await backend.save(kept)

  t.equal(token, id)
  t.same(await backend.open(id), kept)
  t.equal(keys.size, 1)
  t.match([...keys][0], /^session:[\w-]{43}$/)
  t.notOk([...keys][0]?.includes(id))
  t.same(ttls, [60])
})

t.test('an unknown id gives no session', async (t) => {
  const backend = storedBackend(memoryStore(), 60)

  for (const token of [id, '', 'x', `${id}a`, `session:${id}`, 'a'.repeat(16_384)]) {
    t.equal(await backend.open(token), undefined)
  }
})

t.test('foreign values in the store are not sessions', async (t) => {
  const { store, keys } = watched()
  const backend = storedBackend(store, 60)
  await backend.save(kept)
  const [key = ''] = keys

  for (const text of ['', '{}', `${'b'.repeat(43)},1,{}`]) {
    await store.set(key, encodeText(text), 60)
    t.equal(await backend.open(id), undefined)
  }
})

// Advisory row 94.
t.test('a session that is removed during a save stays removed, at any step', async (t) => {
  const renewed = { ...kept, record: { id: 'b'.repeat(43), text: '{}' } }
  for (const next of [kept, renewed]) {
    for (let removedAt = 0; removedAt < 4; removedAt++) {
      const inner = memoryStore()
      const before = storedBackend(inner, 60)
      await before.save(kept)
      let step = 0
      const between = async <Result>(work: () => Promise<Result>): Promise<Result> => {
        if (step++ === removedAt) await before.remove(id)
        return work()
      }
      const slow = storedBackend(
        {
          setIfAbsent: (key, value, ttl) => inner.setIfAbsent(key, value, ttl),
          delete: (key) => inner.delete(key),
          clear: (prefix) => inner.clear(prefix),
          ttl: (key) => inner.ttl(key),
          increment: (key, amount, options) => inner.increment(key, amount, options),
          get: (key) => between(() => inner.get(key)),
          set: (key, value, ttl) => between(() => inner.set(key, value, ttl)),
          touch: (key, ttl) => between(() => inner.touch(key, ttl)),
        },
        60,
      )

      const token = await slow.save(next, id)
      if (step <= removedAt) await before.remove(id)

      t.equal(await before.open(id), undefined, `removed at step ${removedAt}`)
      if (removedAt < 3) t.same([token, await before.open(next.record.id)], [undefined, undefined])
    }
  }
})

// Advisory row 94.
t.test('a removed session stays removed', async (t) => {
  const backend = storedBackend(memoryStore(), 60)
  await backend.save(kept)

  await backend.remove(id)

  t.equal(await backend.open(id), undefined)
  t.equal(await backend.save(kept, id), undefined, 'a request that was under way')
  const renewed = { ...kept, record: { id: 'b'.repeat(43), text: '{}' } }
  t.equal(await backend.save(renewed, id), undefined, 'under another id too')
  t.equal(await backend.open(renewed.record.id), undefined)
  t.equal(await backend.open(id), undefined)
})
