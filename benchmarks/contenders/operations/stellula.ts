// Operations of Stellula, and the same answer by a plain handler.

import { Application, JSONResponse, Route } from 'stellula'
import { operation, reply } from 'stellula/operations'
import { serve } from 'stellula/servers/node'
import { portOf, type Running } from '../../contender.ts'
import { buy, find, type OperationScenario, type Schemas } from '../../operations/shapes.ts'

/** @param validateResponses Whether answers are validated and stripped, which not all of the others do. */
export function start(
  scenario: OperationScenario,
  schemas: Schemas,
  validateResponses = true,
): Promise<Running> {
  const { query, article, order, receipt } = schemas
  if (scenario === 'operation-post') {
    const create = operation(
      { body: order, responses: { 200: receipt }, validateResponses },
      async ({ body }) => reply(200, buy(body)),
    )
    return listen(Route('/orders', { post: create }))
  }
  const get = operation(
    { query, responses: { 200: article }, validateResponses },
    async ({ params, query }) => reply(200, find(params['id'] as number, query)),
  )
  return listen(Route('/articles/{id:int}', { get }))
}

export function withoutSchemas(): Promise<Running> {
  const get = operation({}, ({ params }) => new JSONResponse({ id: params['id'] }))
  return listen(Route('/users/{id:int}', { get }))
}

export function handler(): Promise<Running> {
  const route = Route('/users/{id:int}', {
    get: ({ pathParams }) => new JSONResponse({ id: pathParams.id }),
  })
  return listen(route)
}

async function listen(route: Route): Promise<Running> {
  const app = Application({ routes: [route] })
  const server = await serve(app, { host: '127.0.0.1', port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}
