// Databases of PostgreSQL for tests: those of one process share a server, whose start takes most of the time.
import t from 'tap'
import { PostgresServer } from './postgres.ts'

let server: Promise<PostgresServer> | undefined

/** The URL of a new database. */
export async function freshPostgres(): Promise<string> {
  server ??= started()
  return (await server).database()
}

async function started(): Promise<PostgresServer> {
  const made = new PostgresServer()
  t.teardown(made.close)
  await made.start()
  return made
}
