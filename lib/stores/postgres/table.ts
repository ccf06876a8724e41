/** Tables of PostgreSQL that are created when they are first used. */

/** The part of a pool or client of `pg` that is used. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** Creates a table if it is missing, which needs no rights if it is there. */
export async function createTable(
  client: PostgresClient,
  table: string,
  text: string,
): Promise<void> {
  const { rows } = await client.query('select to_regclass($1) is not null as known', [table])
  if ((rows[0] as { known: boolean }).known) return
  try {
    await client.query(text)
  } catch (error) {
    // Another process was faster: "unique_violation" of the catalogue, or "duplicate_table".
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== '23505' && code !== '42P07') throw error
  }
}
