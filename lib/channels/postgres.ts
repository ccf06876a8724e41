/** Channels over PostgreSQL, for any number of processes. */

import { check, checkNumber } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type ChannelBackend, checkHistory } from './backend.ts'
import { dialing, type PostgresConnection, type PostgresPool } from './postgres/link.ts'
import { PostgresRelay } from './postgres/relay.ts'
import { MessageTable } from './postgres/table.ts'

export type { PostgresConnection, PostgresPool }

export interface PostgresBackendOptions {
  /**
   * A pool of `pg` with at least two connections; the application ends it. One connection is used for
   * `LISTEN` while there are subscribers.
   */
  pool: PostgresPool
  /** The approximate number of messages of each channel that are kept (0). */
  history?: number
  /** Seconds that messages stay in the table (3600). */
  ttl?: number
  /**
   * The name of the notifications and of the table, in lower case letters, digits and `_`
   * ('stellula_channels').
   */
  name?: string
  /** Milliseconds to wait for an answer before `ChannelsUnavailable` (2000). */
  timeoutMs?: number
  /** Milliseconds between checks of the connection for subscriptions (10,000). */
  pingMs?: number
}

/**
 * Carries messages through PostgreSQL by `LISTEN` and `NOTIFY`, to all processes with the same `name`.
 *
 * A notification has at most 8,000 bytes, so longer messages go through a table, which is created if it is
 * missing. All processes get the notifications of all channels, and deliver those of their own. Messages that
 * a process publishes while a statement runs are sent together, in the next statement.
 *
 * While the database cannot be reached, `publish()` and `subscribe()` reject with `ChannelsUnavailable`.
 * Subscriptions remain, and continue after it is back. Without a history, messages of that time are lost, and
 * each subscriber gets a gap. With a history they are read from the table. There is a gap only if more
 * messages were published than the history keeps.
 *
 * @throws TypeError if the pool is not supported or the name is invalid, RangeError if a number is out
 * of range.
 * @example
 * import pg from 'pg'
 *
 * const pool = new pg.Pool() // connects when it is needed
 * const bus = channels({ backend: postgresBackend({ pool, history: 100 }) })
 */
export function postgresBackend(options: PostgresBackendOptions): ChannelBackend {
  const where = 'postgresBackend'
  knownOptions(where, options, 'pool history ttl name timeoutMs pingMs')
  const { pool, history = 0, ttl = 3600, timeoutMs = 2000, pingMs = 10_000 } = options
  const { name = 'stellula_channels' } = options
  const isPool = [pool?.query, pool?.connect].every((method) => typeof method === 'function')
  check(where, isPool, 'pool must be a pool of pg', pool, 'Pass new pg.Pool()')
  const isName = /^[a-z_][a-z0-9_]{0,47}$/.test(name)
  const rule = 'name must consist of lower case letters, digits and "_"'
  check(where, isName, rule, name, 'Omit it for stellula_channels')
  checkHistory(where, history)
  checkNumber(where, 'ttl', ttl, 0.001)
  checkNumber(where, 'timeoutMs', timeoutMs, 1)
  checkNumber(where, 'pingMs', pingMs, 1)
  const table = new MessageTable(pool, { name, history, ttl })
  const dial = dialing(pool, name)
  return new PostgresRelay({ table, dial, history, timeoutMs, pingMs })
}
