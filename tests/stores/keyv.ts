import Keyv from 'keyv'
import t from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import { type KeyvLike, keyvStore } from '../../lib/stores/keyv.ts'
import { stands } from '../support/stores.ts'

// Row LS-STORE-3.
t.test('a Keyv behaves as a store', async (t) =>
  stands(t, keyvStore({ keyv: new Keyv({ throwOnErrors: true }) })),
)

t.test('adapters get namespaced keys, text and times to live', async (t) => {
  const kept = new Map<string, string>()
  const lives: unknown[] = []
  const store = {
    opts: {},
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: string, ttl?: number) => {
      kept.set(key, value)
      lives.push(ttl)
    },
    delete: async (key: string) => kept.delete(key),
    clear: async () => kept.clear(),
    on: () => store,
  }
  const keyv = new Keyv({ store, namespace: 'shop', throwOnErrors: true })
  const values = keyvStore({ keyv })

  await values.set('a', encodeText('1'), 60)
  await values.set('b', encodeText('1'), Number.POSITIVE_INFINITY)

  t.same([...kept.keys()], ['shop:a', 'shop:b'])
  const [life, endless] = lives
  t.ok(Number(life) > 55_000 && Number(life) <= 61_000, String(life))
  t.equal(endless, undefined)
  t.ok(await values.get('a'))
  await t.rejects(values.clear('a'), {
    message: /^keyvStore: clearing failed, the adapter cannot list its keys\./,
  })
  await values.clear()
  t.equal(kept.size, 0)
})

t.test('an adapter that fails or refuses is unavailable', async (t) => {
  const failing = async (): Promise<never> => {
    throw new Error('away')
  }
  const store = { opts: {}, get: failing, set: failing, delete: failing, clear: failing, on() {} }
  const keyv = new Keyv({ store, throwOnErrors: true })
  keyv.on('error', () => {})
  const values = keyvStore({ keyv })

  await t.rejects(values.get('a'), {
    name: 'StoreUnavailable',
    message: 'keyvStore: reading failed, away. Check that it can be reached.',
  })
  await t.rejects(values.set('a', encodeText('1'), 60), { name: 'StoreUnavailable' })

  const refusing: KeyvLike = {
    get: async () => undefined,
    set: async () => false,
    delete: async () => true,
    clear: async () => {},
  }
  await t.rejects(keyvStore({ keyv: refusing }).set('a', encodeText('1'), 60), {
    message: /^keyvStore: writing failed, the adapter refused it\./,
  })
})

t.test('a Keyv that hides its errors is refused immediately', (t) => {
  t.throws(() => keyvStore({ keyv: new Keyv() }), {
    name: 'TypeError',
    message:
      'keyvStore: the Keyv must throw its errors, an object (Keyv) was given. Create it with throwOnErrors: true.',
  })
  t.throws(() => keyvStore({ keyv: {} as KeyvLike }), {
    message:
      'keyvStore: keyv must be a Keyv, an object was given. Pass new Keyv({ store, throwOnErrors: true }).',
  })
  t.end()
})
