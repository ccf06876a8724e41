import pg from 'pg'
import t, { type Test } from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import { type PostgresClient, postgresStore } from '../../lib/stores/postgres.ts'
import { until } from '../support/channels.ts'
import { freshPostgres } from '../support/freshpostgres.ts'
import { noPostgres } from '../support/postgres.ts'
import { stands } from '../support/stores.ts'

async function pools(t: Test, count: number): Promise<pg.Pool[]> {
  const connectionString = await freshPostgres()
  return Array.from({ length: count }, () => {
    const pool = new pg.Pool({ connectionString, max: 4 })
    pool.on('error', () => {}) // the server ends before the pools of a failed test
    t.teardown(() => pool.end())
    return pool
  })
}

const skip = noPostgres

// Rows LS-STORE-1 and LS-STORE-3.
t.test('a pool behaves as a store, which processes share', { skip }, async (t) => {
  const [pool, other, third] = await pools(t, 3)
  if (pool === undefined || other === undefined || third === undefined) throw new Error('no pool')
  const store = postgresStore({ client: pool })

  await stands(t, store)

  await t.test('several processes create the table simultaneously', async (t) => {
    const stores = [pool, other, third].map((client) => postgresStore({ client, table: 'fresh' }))
    const counts = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        stores[index % 3]?.increment('n', 1, { ttl: 60, max: 40 }),
      ),
    )
    t.equal(counts.filter((count = 99) => count <= 40).length, 40)
    t.equal(Buffer.from((await store.get('n')) ?? []).toString(), '', 'tables are apart')
    t.equal(Buffer.from((await stores[0]?.get('n')) ?? []).toString(), '40')
    const won = await Promise.all(
      stores.map((each) => each.setIfAbsent('lock', encodeText('1'), 60)),
    )
    t.equal(won.filter((isSet) => isSet).length, 1)
  })

  // PostgreSQL has three errors for the slower process: the rarest came in 24 of 900 calls.
  await t.test('each of the errors that a slower process gets is expected', async (t) => {
    for (let round = 0; round < 40; round++) {
      const clients = [pool, other, third, pool, other, third]
      const stores = clients.map((client) => postgresStore({ client, table: `fresh_${round}` }))
      const values = await Promise.all(stores.map((each) => each.get('n')))
      t.same(values, Array(6).fill(undefined))
    }
  })

  await t.test('keys and times of any length are kept', async (t) => {
    const long = 'ä'.repeat(10_000)
    await store.set(long, encodeText('1'), 1e300)
    t.equal(await store.ttl(long), Number.POSITIVE_INFINITY)
    await store.clear('ä'.repeat(9_999))
    t.equal(await store.get(long), undefined)
    t.equal(await store.increment('big', Number.MAX_SAFE_INTEGER, { ttl: 60 }), 2 ** 53 - 1)
    await store.set('was text', encodeText('x'), 0.001)
    await until(async () => (await store.get('was text')) === undefined)
    t.equal(await store.increment('was text', 1, { ttl: 60, max: 0 }), 1)
    t.equal(await store.increment('was text', 1, { ttl: 60, max: 1 }), 1)
  })

  await t.test('expired rows are deleted with later writes', async (t) => {
    for (let count = 0; count < 10; count++) await store.set(`old ${count}`, encodeText('1'), 0.01)
    await until(async () => {
      await store.set('new', encodeText('1'), 60)
      const { rows } = await pool.query('select from stellula_store where expires < now()')
      return rows.length === 0
    })
    t.ok(await store.get('new'))
  })

  await t.test('a user without the right to create tables can use an existing one', async (t) => {
    await pool.query('create role guest login; grant all on stellula_store to guest')
    await pool.query('revoke create on schema public from public')
    const client = new pg.Client({ ...optionsOf(pool), user: 'guest' })
    await client.connect()
    t.teardown(() => client.end())

    t.ok(await postgresStore({ client }).get('new'))
    await t.rejects(postgresStore({ client, table: 'forbidden' }).get('new'), {
      name: 'StoreUnavailable',
      message: /^postgresStore: reading failed, permission denied for schema public\./,
    })
  })
})

/** The URL of a pool, as single fields. */
function optionsOf(pool: pg.Pool): pg.ClientConfig {
  const url = new URL(String(pool.options.connectionString))
  return { host: url.searchParams.get('host') ?? '', database: url.pathname.slice(1) }
}

t.test('a database that is down or hangs is unavailable, and is tried again', async (t) => {
  let reply: () => Promise<{ rows: unknown[] }> = () => Promise.reject(new Error('ECONNREFUSED'))
  const client: PostgresClient = { query: () => reply() }
  const store = postgresStore({ client, timeoutMs: 10 })

  await t.rejects(store.get('a'), {
    name: 'StoreUnavailable',
    status: 503,
    message: 'postgresStore: reading failed, ECONNREFUSED. Check that it can be reached.',
  })
  reply = () => new Promise(() => {})
  await t.rejects(store.set('a', encodeText('1'), 60), {
    message: /^postgresStore: writing failed, it took longer than 10 ms\./,
  })
  const again = postgresStore({ client })
  reply = () => Promise.reject(new Error('starting up'))
  await t.rejects(again.get('a'), { name: 'StoreUnavailable' })
  reply = async () => ({ rows: [{ known: true, value: encodeText('1') }] })
  t.same(await again.get('a'), encodeText('1'))
})

t.test('invalid options are refused at once', (t) => {
  const client: PostgresClient = { query: async () => ({ rows: [] }) }
  t.throws(() => postgresStore({ client: {} as PostgresClient }), {
    name: 'TypeError',
    message: 'postgresStore: client must have query(), an object was given. Pass new pg.Pool().',
  })
  for (const table of ['Store', 'a b', 'a;b', '"a"', 'x'.repeat(49)]) {
    t.throws(() => postgresStore({ client, table }), /^postgresStore: table must be a name/)
  }
  t.throws(() => postgresStore({ client, timeoutMs: 0 }), { name: 'RangeError' })
  t.end()
})
