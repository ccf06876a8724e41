import pg from 'pg'
import t, { type Test } from 'tap'
import {
  type PostgresBackendOptions,
  type PostgresPool,
  postgresBackend,
} from '../../lib/channels/postgres.ts'
import { type ChannelGap, channels } from '../../lib/channels.ts'
import { carries, remembers, texts, until } from '../support/channels.ts'
import { freshPostgres } from '../support/freshpostgres.ts'
import { noPostgres } from '../support/postgres.ts'

const skip = noPostgres

/** A database with pools, each of one process. */
async function pools(t: Test): Promise<{ here: pg.Pool; there: pg.Pool }> {
  const connectionString = await freshPostgres()
  const make = (): pg.Pool => {
    const pool = new pg.Pool({ connectionString, max: 4 })
    pool.on('error', () => {}) // of connections that are ended on purpose
    t.teardown(() => pool.end())
    return pool
  }
  return { here: make(), there: make() }
}

/** Ends the connections that listen, as an administrator may. */
async function endListeners(pool: pg.Pool): Promise<void> {
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query like 'listen%'`,
  )
}

t.test('carries messages between two processes', { skip }, async (t) => {
  const { here, there } = await pools(t)
  for (const history of [0, 5]) {
    const name = `with_${history}`
    const one = channels({ backend: postgresBackend({ pool: here, history, name }) })
    const two = channels({ backend: postgresBackend({ pool: there, history, name }) })

    await carries(t, one, two)
    if (history > 0) await remembers(t, one, two)

    await Promise.all([one.close(), two.close()])
    await until(async () => {
      const { rows } = await here.query(
        `select from pg_stat_activity where datname = current_database() and query like 'listen%'`,
      )
      return rows.length === 0
    })
  }
})

t.test('messages of any size arrive in order, including equal ones', { skip }, async (t) => {
  const { here, there } = await pools(t)
  for (const history of [0, 50]) {
    const name = `sized_${history}`
    await using one = channels({ backend: postgresBackend({ pool: here, history, name }) })
    await using two = channels({ backend: postgresBackend({ pool: there, history, name }) })
    using subscription = await two.subscribe('x'.repeat(255))
    const sizes = [10, 6799, 6800, 6801, 10, 500_000, 10, 1_000_000, 10, 10, 10]
    const all = sizes.map((size) => 'ä'.repeat(size / 2))

    await Promise.all(all.map((text) => one.publish('x'.repeat(255), text)))

    t.same(
      (await texts(subscription, all.length)).map((text) => text.length),
      all.map((text) => text.length),
    )
  }
})

t.test('messages that were missed during a lost connection are read later', { skip }, async (t) => {
  const { here, there } = await pools(t)
  const gaps: ChannelGap[] = []
  await using one = channels({ backend: postgresBackend({ pool: here, history: 100 }) })
  await using two = channels({ backend: postgresBackend({ pool: there, history: 100 }) })
  await one.publish('a', '0')
  using subscription = await two.subscribe('a', { onGap: (gap) => void gaps.push(gap) })

  for (let number = 1; number <= 80; number++) {
    if (number % 20 === 10) await endListeners(here)
    await one.publish('a', String(number))
  }

  const wanted = Array.from({ length: 80 }, (_, index) => String(index + 1))
  t.same(await texts(subscription, 80), wanted)
  t.same(gaps, [])
})

t.test('without a history, or with one that was too short, there is a gap', { skip }, async (t) => {
  const { here, there } = await pools(t)
  let isAway = false
  let refusals = 0
  const pool: PostgresPool = {
    query: (text, values) => there.query(text, values),
    async connect() {
      if (isAway) refusals++
      if (isAway) throw new Error('away')
      return there.connect()
    },
  }
  for (const history of [0, 2]) {
    const name = `short_${history}`
    const gaps: ChannelGap[] = []
    await using one = channels({ backend: postgresBackend({ pool: here, history, name }) })
    await using two = channels({ backend: postgresBackend({ pool, history, name }) })
    using subscription = await two.subscribe('a', { onGap: (gap) => void gaps.push(gap) })

    isAway = true
    refusals = 0
    await endListeners(here)
    await until(() => refusals > 0)
    for (const text of ['1', '2', '3', '4']) await one.publish('a', text)
    t.same(gaps, [])
    isAway = false
    const heard = texts(subscription, 1 + history)
    await until(() => gaps.length > 0)
    await one.publish('a', '5')

    t.same(await heard, history === 0 ? ['5'] : ['3', '4', '5'])
    t.same(gaps, [{ channel: 'a', missed: undefined }])
  }
})

t.test('the table is limited by number and age', { skip }, async (t) => {
  const { here } = await pools(t)
  await using bus = channels({ backend: postgresBackend({ pool: here, history: 10, ttl: 1 }) })
  for (let number = 0; number < 64; number++) await bus.publish('a', String(number))

  const count = async (): Promise<number> => {
    const { rows } = await here.query('select count(*)::int as n from stellula_channels')
    return rows[0].n
  }
  t.equal(await count(), 10)
  await until(async () => {
    for (let number = 0; number < 16; number++) await bus.publish('b', 'x')
    const { rows } = await here.query(`select from stellula_channels where channel = 'a'`)
    return rows.length === 0
  })
})

t.test('a database that is down or hangs is reported in time', async (t) => {
  const refused = async (): Promise<never> => {
    throw new Error('connect ECONNREFUSED')
  }
  const pool: PostgresPool = { query: refused, connect: refused }
  await using bus = channels({ backend: postgresBackend({ pool, timeoutMs: 50 }) })
  const hanging: PostgresPool = {
    query: () => new Promise(() => {}),
    connect: () => new Promise(() => {}),
  }
  await using slow = channels({ backend: postgresBackend({ pool: hanging, timeoutMs: 50 }) })

  await t.rejects(bus.publish('a', 'x'), {
    name: 'ChannelsUnavailable',
    status: 503,
    message:
      'channels: publish failed, connect ECONNREFUSED. The message may have been published. Check that PostgreSQL runs and can be reached.',
  })
  await t.rejects(bus.subscribe('a'), {
    name: 'ChannelsUnavailable',
    message:
      'channels: subscribe failed, connect ECONNREFUSED. Check that PostgreSQL runs and can be reached.',
  })
  await t.rejects(slow.publish('a', 'x'), /publish failed, it took longer than 50 ms/)
  await t.rejects(slow.subscribe('a'), /subscribe failed, it took longer than 50 ms/)
})

t.test('invalid options are refused at once', (t) => {
  const pool = new pg.Pool()
  t.throws(() => postgresBackend({ pool: {} as PostgresPool }), {
    name: 'TypeError',
    message: 'postgresBackend: pool must be a pool of pg, an object was given. Pass new pg.Pool().',
  })
  t.throws(() => postgresBackend({ pool, name: 'A' }), /^postgresBackend: name must consist of/)
  const numbers: Partial<PostgresBackendOptions>[] = [
    { history: -1 },
    { ttl: 0 },
    { timeoutMs: 0 },
    { pingMs: 0 },
  ]
  for (const options of numbers) {
    const [[option, value] = []] = Object.entries(options)
    t.throws(() => postgresBackend({ pool, ...options }), {
      name: 'RangeError',
      message: new RegExp(
        `^postgresBackend: ${option} must be a .*number .+, ${value} was given\\. `,
      ),
    })
  }
  t.end()
})
