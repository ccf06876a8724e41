// The database of the application, and a transaction for each request.
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import SQLite from 'libsql'
import pg from 'pg'
import { dependency } from 'stellula/dependencies'
import { migrate } from './migrations.ts'
import type { Database, Tables } from './tables.ts'

/** Opens a database: the URL of a PostgreSQL, or the path of a file for SQLite. */
export function connect(where: string): Database {
  const isPostgres = /^postgres(ql)?:/.test(where)
  return new Kysely<Tables>({ dialect: isPostgres ? postgres(where) : sqlite(where) })
}

function postgres(connectionString: string): PostgresDialect {
  const types = new pg.TypeOverrides()
  // Ids and counts have 64 bits, and come as text: none of them will be larger than a number holds.
  types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({ connectionString, types })
  // A connection that nobody uses has failed; the pool opens another one.
  pool.on('error', (error) => console.error(`PostgreSQL: ${error.message}`))
  return new PostgresDialect({ pool })
}

/** One connection, on which transactions take turns. */
function sqlite(path: string): SqliteDialect {
  return new SqliteDialect({ database: new SQLite(path) })
}

/** One pool for the application. It is opened at startup, where the lifespan asks for it. */
export const database = dependency(
  async function* database() {
    const db = connect(process.env['DATABASE_URL'] ?? 'tasks.db')
    try {
      await migrate(db)
      yield db
    } finally {
      await db.destroy()
    }
  },
  { until: 'shutdown' },
)

/**
 * A transaction for the request: all that it changes is changed, or nothing. The commit is done before
 * the answer is sent, so that a client is never told of what then fails. What the handler throws arrives
 * at the `yield`.
 *
 * SQLite has one connection. A handler that has begun a transaction must not wait for `database`, whose
 * queries wait for the end of the transaction.
 */
export const transaction = dependency(
  async function* transaction(request) {
    const pool = await database.of(request)
    const running = await pool.startTransaction().execute()
    try {
      yield running as Database
      await running.commit().execute()
    } catch (error) {
      await running.rollback().execute()
      throw error
    }
  },
  { until: 'handler' },
)
