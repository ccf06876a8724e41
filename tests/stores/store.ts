import t from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import { memoryStore } from '../../lib/stores/memory.ts'
import {
  assertAmount,
  assertTtl,
  counterOf,
  namespace,
  StoreUnavailable,
} from '../../lib/stores/store.ts'

t.test('a namespace keeps its keys apart', async (t) => {
  const store = memoryStore()
  const a = namespace(store, 'a')
  const b = namespace(store, 'b-2')

  await a.set('key', encodeText('one'), 60)
  await b.increment('key', 7, { ttl: 60 })

  t.same(await store.get('a:key'), encodeText('one'))
  t.same(await store.get('b-2:key'), encodeText('7'))
  t.same(await a.get('key'), encodeText('one'))
  t.equal(await a.touch('key', 1), true)
  t.equal(await a.touch('other', 1), false)

  await a.delete('key')

  t.equal(await a.get('key'), undefined)
  t.same(await b.get('key'), encodeText('7'))
})

t.test('a name that could access another namespace is refused immediately', async (t) => {
  for (const name of ['', 'a:b', 'a b', 'ä']) {
    t.throws(() => namespace(memoryStore(), name), {
      name: 'TypeError',
      message: `namespace: a name must consist of letters, digits, "-" and "_", ${JSON.stringify(name)} was given. Choose another name.`,
    })
  }
})

t.test('invalid arguments are refused', async (t) => {
  for (const ttl of [0, -1, Number.NaN]) {
    t.throws(() => assertTtl(ttl), {
      name: 'RangeError',
      message: `store: a time to live must be a number of seconds greater than 0, ${ttl} was given. Use delete() to remove a value at once.`,
    })
  }
  for (const amount of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    t.throws(() => assertAmount(amount), {
      name: 'RangeError',
      message: `store: an amount must be an integer, ${amount} was given. Round it.`,
    })
  }
  for (const text of ['', 'x', '1.5', '1e3', ' 1', '9007199254740993']) {
    t.throws(() => counterOf(text, 'k'), {
      name: 'TypeError',
      message: 'store: only counters can be incremented, "k" has another value. Use another key.',
    })
  }
  t.equal(counterOf('-12', 'k'), -12)
  assertTtl(0.001)
  assertTtl(Number.POSITIVE_INFINITY)
  assertAmount(-1)
})

t.test('an unavailable store has its own error class', async (t) => {
  const cause = new Error('ECONNREFUSED')
  const error = new StoreUnavailable('gone', { cause })

  t.match(error, { name: 'StoreUnavailable', message: 'gone', cause, status: 503 })
  t.equal(error.detail, 'The service is unavailable for a moment.', 'which is what clients see')
  t.match(error.stack, /gone/, 'and logs say more')
  t.equal(String(error), 'StoreUnavailable: gone')
})
