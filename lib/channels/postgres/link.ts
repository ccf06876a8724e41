/** A connection that listens for notifications, from the pool of the application. */
import { encodeText } from '../../internal/bytes.ts'
import type { PostgresClient } from '../../stores/postgres/table.ts'
import type { Dial, Link, LinkEvents } from '../uplink.ts'

/** The methods of a `pg` pool that are used. */
export interface PostgresPool extends PostgresClient {
  connect(): Promise<PostgresConnection>
}

/** The methods of a pool's connection that are used. */
export interface PostgresConnection extends PostgresClient {
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown
  /** Closes the connection if `destroy` is true. */
  release(destroy?: boolean): void
}

/** Returns a function that takes a connection of the pool, and listens for notifications of this name. */
export function dialing(pool: PostgresPool, name: string): Dial {
  return (events) => listening(pool, name, events)
}

function listening(pool: PostgresPool, name: string, events: LinkEvents): Link {
  let connection: PostgresConnection | undefined
  let isClosed = false
  return {
    async open() {
      const opened = await pool.connect()
      if (isClosed) return opened.release(true)
      connection = opened
      opened.on('notification', ({ payload = '' }) => events.message(name, encodeText(payload)))
      opened.on('error', (error) => events.lost(error))
      opened.on('end', () => events.lost())
      await opened.query(`listen ${name}`)
    },
    subscribe: async () => {}, // all channels are in the same notifications
    unsubscribe: async () => {},
    ping: async () => connection?.query('select 1'),
    close() {
      if (isClosed) return
      isClosed = true
      connection?.release(true)
      events.lost()
    },
  }
}
