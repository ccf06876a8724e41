/** Creates tables of PostgreSQL when they are first used. */

/** The method of a `pg` pool or client that is used. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** Creates a table if it is missing. If the table exists, no rights to create one are needed. */
export async function createTable(
  client: PostgresClient,
  table: string,
  text: string,
): Promise<void> {
  if (await exists(client, table)) return
  try {
    await client.query(text)
  } catch (error) {
    // Another process may have been faster. PostgreSQL names the first object that is there already:
    // the table (42P07), its row type (42710), or a row of the catalogue (23505).
    const isThere = await exists(client, table).catch(() => false)
    if (!isThere) throw error
  }
}

async function exists(client: PostgresClient, table: string): Promise<boolean> {
  const { rows } = await client.query('select to_regclass($1) is not null as known', [table])
  return (rows[0] as { known: boolean }).known
}
