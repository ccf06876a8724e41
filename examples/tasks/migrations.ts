// How the tables came to be what they are. What was released is never changed: add another migration.
import {
  type ColumnDefinitionBuilder,
  type Kysely,
  type Migration,
  Migrator,
  PostgresAdapter,
} from 'kysely'
import type { Database } from './tables.ts'

const first: Migration = {
  async up(db: Kysely<unknown>) {
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
    const int = isPostgres ? 'bigint' : 'integer'
    const id = (column: ColumnDefinitionBuilder) =>
      isPostgres
        ? column.primaryKey().generatedByDefaultAsIdentity()
        : column.primaryKey().autoIncrement()
    const required = (column: ColumnDefinitionBuilder) => column.notNull()

    await db.schema
      .createTable('users')
      .addColumn('id', int, id)
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('password', 'text', required)
      .addColumn('role', 'text', required)
      .execute()
    await db.schema
      .createTable('tasks')
      .addColumn('id', int, id)
      .addColumn('owner', int, (column) => column.notNull().references('users.id'))
      .addColumn('title', 'text', required)
      .addColumn('notes', 'text', required)
      .addColumn('status', 'text', required)
      .addColumn('due', 'text')
      .addColumn('created', 'text', required)
      .execute()
    await db.schema.createIndex('tasks_by_owner').on('tasks').columns(['owner', 'id']).execute()
    await db.schema
      .createTable('attachments')
      .addColumn('id', int, id)
      .addColumn('task', int, (column) =>
        column.notNull().references('tasks.id').onDelete('cascade'),
      )
      .addColumn('name', 'text', required)
      .addColumn('type', 'text', required)
      .addColumn('size', 'integer', required)
      .addColumn('content', isPostgres ? 'bytea' : 'blob', required)
      .execute()
    await db.schema.createIndex('attachments_by_task').on('attachments').column('task').execute()
  },
}

/** Does what has not been done to this database yet. Processes that share a PostgreSQL take turns. */
export async function migrate(db: Database): Promise<void> {
  const provider = { getMigrations: async () => ({ '2026-11-30-first': first }) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error !== undefined) throw error
}
