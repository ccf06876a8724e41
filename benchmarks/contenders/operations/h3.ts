// h3 with its validated handler, which knows neither responses nor parameters of the path: these are
// validated by the function that it has for them.

import { defineValidatedHandler, getValidatedRouterParams, H3, serve } from 'h3'
import { portOf, type Running } from '../../contender.ts'
import { buy, find, type OperationScenario, type Schemas } from '../../operations/shapes.ts'

export async function start(scenario: OperationScenario, schemas: Schemas): Promise<Running> {
  const app = new H3()
  if (scenario === 'operation-post') {
    const create = defineValidatedHandler({
      validate: { body: schemas.order },
      handler: async (event) => buy(await event.req.json()),
    })
    app.post('/orders', create)
  } else {
    const get = defineValidatedHandler({
      validate: { query: schemas.textQuery },
      handler: async (event) => {
        const { id } = await getValidatedRouterParams(event, schemas.params)
        const { search, page, sort } = Object.fromEntries(event.url.searchParams)
        return find(id, { search: search ?? '', page: Number(page), sort: sort as 'newest' })
      },
    })
    app.get('/articles/:id', get)
  }
  const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true })
  await server.ready()
  return { port: portOf(server.node?.server?.address() ?? null), close: () => server.close(true) }
}
