// Operations of Stellula, and the same answer by a plain handler.

import { Application, JSONResponse, type Request, Route } from 'stellula'
import { HTTPException } from 'stellula/exceptions'
import { operation, reply, type Schema } from 'stellula/operations'
import { serve } from 'stellula/servers/node'
import { portOf, type Running } from '../../contender.ts'
import { buy, find, type OperationScenario, type Schemas } from '../../operations/shapes.ts'

/** How one side differs from the others. */
export interface Differing {
  /** Whether answers are validated and stripped, which not all of the others do (true). */
  validateResponses?: boolean
  /** Whether plain requests are read and answered without node:http (true). */
  shortcuts?: boolean
}

export function start(
  scenario: OperationScenario,
  schemas: Schemas,
  { validateResponses = true, shortcuts = true }: Differing = {},
): Promise<Running> {
  const { query, article, order, receipt } = schemas
  if (scenario === 'operation-post') {
    const create = operation(
      { body: order, responses: { 200: receipt }, validateResponses },
      async ({ body }) => reply(200, buy(body)),
    )
    return listen(Route('/orders', { post: create }), shortcuts)
  }
  const get = operation(
    { query, responses: { 200: article }, validateResponses },
    async ({ params, query }) => reply(200, find(params['id'] as number, query)),
  )
  return listen(Route('/articles/{id:int}', { get }), shortcuts)
}

/** The same by plain handlers, which call the library themselves: what is left is the library's. */
export function byHand(scenario: OperationScenario, schemas: Schemas): Promise<Running> {
  if (scenario === 'operation-post') {
    const create = async (request: Request) => {
      const order = checked(schemas.order, await request.json())
      return new JSONResponse(checked(schemas.receipt, buy(order)))
    }
    return listen(Route('/orders', { post: create }))
  }
  const route = Route('/articles/{id:int}', {
    get: async ({ pathParams, queryParams }) => {
      const [search, sort] = [queryParams.get('search'), queryParams.get('sort')]
      const query = checked(schemas.query, { search, page: Number(queryParams.get('page')), sort })
      return new JSONResponse(checked(schemas.article, find(pathParams.id, query)))
    },
  })
  return listen(route)
}

function checked<Value>(schema: Schema<Value>, value: unknown): Value {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise || result.issues !== undefined) throw new HTTPException(422)
  return result.value
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

async function listen(route: Route, shortcuts = true): Promise<Running> {
  const app = Application({ routes: [route] })
  const server = await serve(app, { host: '127.0.0.1', port: 0, signals: [], shortcuts })
  return { port: portOf(server.address), close: () => server.close() }
}
