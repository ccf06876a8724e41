/** A store in a table of PostgreSQL, over the pool of the application. */
import { encodeText } from '../internal/bytes.ts'
import { check } from '../internal/checks.ts'
import { assertTimeout, inTime } from '../internal/deadline.ts'
import { sha256 } from '../internal/digests.ts'
import { handled } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { handledStore } from './handled.ts'
import { unavailable } from './kept.ts'
import { createTable, type PostgresClient } from './postgres/table.ts'
import { assertAmount, assertTtl, counterOf, type IncrementOptions, type Store } from './store.ts'

export type { PostgresClient }

export interface PostgresStoreOptions {
  /** A pool or client of `pg`; the application ends it. */
  client: PostgresClient
  /** The name of the table, in lower case letters, digits and `_` ('stellula_store'). */
  table?: string
  /** Milliseconds to wait for an answer before `StoreUnavailable` (2000). */
  timeoutMs?: number
}

/**
 * Keeps values in a table of PostgreSQL, shared by all processes and machines.
 *
 * The table is created with the first call if it is missing. Every change is one statement, so `increment()`
 * and `setIfAbsent()` are atomic. Times are those of the database. Expired rows are deleted with every 64th
 * write of a process, so there are no timers.
 *
 * If an operation fails, or takes longer than `timeoutMs`, it rejects with `StoreUnavailable`, with the
 * client's error as its cause. A write that was late may have run.
 *
 * @throws TypeError if the client has no `query()` or the name is invalid, RangeError if `timeoutMs` is.
 * @example
 * import pg from 'pg'
 *
 * const pool = new pg.Pool({ max: 4 }) // connects with the first query
 * const store = postgresStore({ client: pool })
 */
export function postgresStore(options: PostgresStoreOptions): Store {
  const where = 'postgresStore'
  knownOptions(where, options, 'client table timeoutMs')
  const { client, table = 'stellula_store', timeoutMs = 2000 } = options
  const isClient = typeof client?.query === 'function'
  check(where, isClient, 'client must have query()', client, 'Pass new pg.Pool()')
  const isName = /^[a-z_][a-z0-9_]{0,47}$/.test(table)
  const rule = 'table must be a name in lower case letters, digits and "_"'
  check(where, isName, rule, table, 'Omit it for stellula_store')
  assertTimeout(where, timeoutMs)
  return handledStore(new PostgresStore(client, table, timeoutMs))
}

const decoder = new TextDecoder()

/**
 * The number of writes of a process between two deletions of expired rows, and the maximum number of rows
 * that each deletes.
 */
const SWEPT_EVERY = 64
const SWEPT = 1000

class PostgresStore implements Store {
  readonly #client: PostgresClient
  readonly #table: string
  readonly #timeoutMs: number
  #ready: Promise<void> | undefined
  #writes = 0

  constructor(client: PostgresClient, table: string, timeoutMs: number) {
    this.#client = client
    this.#table = table
    this.#timeoutMs = timeoutMs
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const text = `select value from ${this.#table} where id = $1 and ${LIVE}`
    const [row] = await this.#ask('reading', text, [idOf(key)])
    return row?.value
  }

  async set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    const text = `insert into ${this.#table} as t ${ROW} on conflict (id) do update set ${REPLACED}`
    await this.#ask('writing', text, rowOf(key, value, ttl))
    this.#sweepSometimes()
  }

  async setIfAbsent(key: string, value: Uint8Array, ttl: number): Promise<boolean> {
    const text = `insert into ${this.#table} as t ${ROW} on conflict (id) do update set ${REPLACED}
      where t.expires <= clock_timestamp() returning true`
    const rows = await this.#ask('writing', text, rowOf(key, value, ttl))
    this.#sweepSometimes()
    return rows.length > 0
  }

  async delete(key: string): Promise<void> {
    await this.#ask('deleting', `delete from ${this.#table} where id = $1`, [idOf(key)])
  }

  async clear(prefix = ''): Promise<void> {
    const start = bytesOf(prefix)
    const text = `delete from ${this.#table} where substring(key from 1 for $2::int) = $1`
    await this.#ask('clearing', text, [start, start.byteLength])
  }

  async touch(key: string, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    const text = `update ${this.#table} set expires = ${expiry('$2')} where id = $1 and ${LIVE}
      returning true`
    return (await this.#ask('writing', text, [idOf(key), secondsOf(ttl)])).length > 0
  }

  async ttl(key: string): Promise<number | undefined> {
    const text = `select case when isfinite(expires)
        then extract(epoch from expires - clock_timestamp())::float8 else 'Infinity' end as ttl
      from ${this.#table} where id = $1 and ${LIVE}`
    const [row] = await this.#ask('reading', text, [idOf(key)])
    return row && Number(row.ttl)
  }

  /**
   * One statement adds the amount if the sum is allowed. If it is not, a second one reads the sum that it
   * would have made. If the counter has changed in between, both are repeated.
   */
  async increment(key: string, amount: number, options: IncrementOptions): Promise<number> {
    const { ttl, max = Number.POSITIVE_INFINITY } = options
    assertTtl(ttl)
    assertAmount(amount)
    const limit = max === Number.POSITIVE_INFINITY ? null : Math.floor(max)
    const adding = [...rowOf(key, encodeText(String(amount)), ttl), amount, limit]
    for (;;) {
      const [added] = await this.#ask('writing', adds(this.#table), adding)
      this.#sweepSometimes()
      if (added !== undefined) return counterOf(decoder.decode(added.value), key)
      const known = await this.get(key)
      const sum = (known === undefined ? 0 : counterOf(decoder.decode(known), key)) + amount
      if (sum > max) return sum
    }
  }

  #sweepSometimes(): void {
    if (++this.#writes % SWEPT_EVERY !== 0) return
    const text = `delete from ${this.#table} where id in (
      select id from ${this.#table} where expires <= now() limit ${SWEPT} for update skip locked)`
    handled(this.#ask('deleting', text, [])) // the next call reports a failure
  }

  async #ask(what: string, text: string, values: unknown[]): Promise<Row[]> {
    try {
      return await inTime(handled(this.#answer(text, values)), this.#timeoutMs)
    } catch (error) {
      throw unavailable('postgresStore', what, error)
    }
  }

  async #answer(text: string, values: unknown[]): Promise<Row[]> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    await this.#ready
    const { rows } = await this.#client.query(text, values)
    return rows as Row[]
  }

  async #prepare(): Promise<void> {
    await createTable(this.#client, this.#table, tableOf(this.#table))
  }
}

interface Row {
  readonly value: Uint8Array
  readonly ttl: number
}

/** Creates the table. Its index is a hash because an index has a size limit and keys do not. */
function tableOf(table: string): string {
  return `
    create table ${table} (id bytea primary key, key bytea not null, value bytea not null,
      expires timestamptz not null);
    create index ${table}_expires on ${table} (expires)`
}

const LIVE = 'expires > clock_timestamp()'
const ROW = `(id, key, value, expires) values ($1, $2, $3, ${expiry('$4')})`
const REPLACED = 'value = excluded.value, expires = excluded.expires'

/** The expiry after some seconds; null means no expiry. */
function expiry(seconds: string): string {
  return `coalesce(clock_timestamp() + make_interval(secs => ${seconds}::float8), 'infinity')`
}

/** Adds $5 if the sum is at most $6; a value that is not a counter is returned unchanged. */
function adds(table: string): string {
  const digits = "encode(t.value, 'escape')"
  const isLive = 't.expires > clock_timestamp()'
  const isCounter = `${digits} ~ '^-?[0-9]{1,16}$'`
  const sum = `(case when ${isLive} then ${digits}::numeric else 0 end + $5::numeric)`
  return `
    insert into ${table} as t (id, key, value, expires)
    select $1::bytea, $2::bytea, $3::bytea, ${expiry('$4')}
      where $6::numeric is null or $5::numeric <= $6::numeric or exists (select from ${table} where id = $1)
    on conflict (id) do update set
      value = case when ${isLive} and not ${isCounter} then t.value
        else convert_to(${sum}::text, 'UTF8') end,
      expires = case when ${isLive} then t.expires else excluded.expires end
    where case when $6::numeric is null or ${isLive} and not ${isCounter} then true
      else ${sum} <= $6::numeric end
    returning value`
}

function idOf(key: string): Uint8Array {
  return globalThis.Buffer.from(sha256(key), 'base64url')
}

/** The bytes of a text as a Buffer, the only form that the client accepts. */
function bytesOf(text: string): Uint8Array {
  return globalThis.Buffer.from(text)
}

function rowOf(key: string, value: Uint8Array, ttl: number): unknown[] {
  assertTtl(ttl)
  return [idOf(key), bytesOf(key), globalThis.Buffer.from(value), secondsOf(ttl)]
}

/** The seconds of a time to live, or null for about a hundred years and more. PostgreSQL's times end later. */
function secondsOf(ttl: number): number | null {
  return ttl < 3_000_000_000 ? ttl : null
}
