// What an operation makes of a query.
import { operation, reply } from '../../lib/operations.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { AnySchema } from '../../lib/types/schemas.ts'

/** What an operation with this query gets for a query string. */
export async function queried(
  query: AnySchema,
  search: string,
): Promise<{ status: number; body: unknown }> {
  const app = Route(
    '/',
    operation({ query }, (input) => reply(200, input.query)),
  )
  await using client = await testClient(app)
  const response = await client.get(`/?${search}`)
  return { status: response.status, body: await response.json() }
}
