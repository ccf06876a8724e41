// The tasks of the examples on each database, and what their tests ask of them.
import type { Override } from 'stellula/dependencies'
import { type TestClient, testClient } from 'stellula/testclient'
import t, { type Test } from 'tap'
import { tokenFor } from '../../examples/tasks/access.ts'
import { app } from '../../examples/tasks/app.ts'
import { connect, database } from '../../examples/tasks/database.ts'
import { migrate } from '../../examples/tasks/migrations.ts'
import { freshPostgres } from './freshpostgres.ts'
import { noPostgres } from './postgres.ts'

/** Overrides the database by a new one, with users who have no passwords. */
export function databaseAt(where: string): Override {
  return database.as(async function* () {
    const db = connect(where)
    await migrate(db)
    const users = { admin: 'admin', ada: 'user', bob: 'user' } as const
    const rows = Object.entries(users).map(([name, role]) => ({ name, role, password: '' }))
    await db.insertInto('users').values(rows).execute()
    yield db
    await db.destroy()
  })
}

/** Runs a test with SQLite, and with PostgreSQL if it is installed. */
export function onEach(name: string, run: (t: Test, where: string) => Promise<unknown>): void {
  t.test(`${name}, with SQLite`, (t) => run(t, ':memory:'))
  t.test(`${name}, with PostgreSQL`, { skip: noPostgres }, async (t) =>
    run(t, await freshPostgres()),
  )
}

/** Runs a test of the API. Each has an address of its own, so that no other uses up its rate. */
export function onEachAPI(name: string, run: (t: Test, api: TestClient) => Promise<unknown>): void {
  onEach(name, async (t, where) => {
    const host = `10.0.0.${++clients}`
    const options = { overrides: [databaseAt(where)], client: { host, port: 1 } }
    await using api = await testClient(app, options)
    await run(t, api)
  })
}

let clients = 0
/** What a user sends along, who is in each database. */
export async function fieldsOf(name: 'admin' | 'ada' | 'bob' | 'nobody') {
  const id = { admin: 1, ada: 2, bob: 3, nobody: 77 }[name]
  return { authorization: `Bearer ${await tokenFor({ id })}` }
}
