// Lists in pages whose query has more parameters: words to search for, and the like.
import t from 'tap'
import * as z from 'zod'
import { Application, Route } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { operation, reply } from '../../lib/operations.ts'
import { cursorPage, links, offsetPage } from '../../lib/pagination.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { AnySchema, SchemaOutput } from '../../lib/types/schemas.ts'
import type { Assert, Equal } from '../types/assert.ts'

const Filters = z.object({ q: z.string().max(3).optional(), done: z.boolean().default(false) })
const byOffset = offsetPage(z.string(), { filters: Filters })
const byCursor = cursorPage(z.string(), { cursor: z.string(), filters: Filters })

type Query = SchemaOutput<typeof byOffset.query>
export type Typed = Assert<Equal<Query['done'], boolean>>
export type TypedLimit = Assert<Equal<Query['limit'], number>>

t.test('filters are validated, typed and kept in the links', async (t) => {
  const app = Application({
    routes: [
      Route(
        '/offset',
        operation(
          { query: byOffset.query, responses: { 200: byOffset.page } },
          ({ query: { limit, offset, ...filters }, request }) => {
            const page = { items: [JSON.stringify(filters)], limit, offset, total: 40 }
            return reply(200, page, { headers: { link: links(request, page) } })
          },
        ),
      ),
      Route(
        '/cursor',
        operation({ query: byCursor.query }, ({ query }) => reply(200, query)),
      ),
    ],
  })
  await using client = await testClient(app)

  const found = await client.get('/offset?q=tea&done=true&limit=10&other=1')
  t.match(await found.json(), { items: ['{"q":"tea","done":true}'], limit: 10, offset: 0 })
  t.match(found.headers.get('link'), '<?q=tea&done=true&other=1&limit=10&offset=10>; rel="next"')
  const wrong = await client.get('/offset?q=coffee&limit=0')
  t.equal(wrong.status, 422)
  t.match(await wrong.json(), { errors: [{ pointer: '/limit' }, { pointer: '/q' }] })
  t.same(await (await client.get('/cursor?done=1&cursor=ImEi')).json(), {
    ...{ done: true, limit: 20, cursor: 'a' },
  })
})

t.test('the schema of the query describes both', async (t) => {
  const described = byOffset.query['~standard'].jsonSchema?.input({ target: 'draft-2020-12' })
  t.same(Object.keys(Object(described?.['properties'])), ['q', 'done', 'limit', 'offset'])
  const untold: AnySchema = {
    '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value }) },
  }
  const { query } = offsetPage(z.string(), { filters: untold })
  const own = query['~standard'].jsonSchema?.input({ target: 'draft-2020-12' })
  t.same(Object.keys(Object(own?.['properties'])), ['limit', 'offset'])
  t.same(await query['~standard'].validate({ limit: 2, constructor: 'x' }), {
    value: { limit: 2, offset: 0, constructor: 'x' },
  })
})

t.test('a document has all alternatives of filters', (t) => {
  const union = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), n: z.int() }),
    z.object({ kind: z.literal('b'), n: z.string() }),
  ])
  const { query } = offsetPage(z.string(), { filters: union })
  const route = Route(
    '/',
    operation({ query }, () => reply(200, 1)),
  )
  const { paths } = openapi([route], { title: 'A', version: '1' })
  const { parameters = [] } = paths['/']?.['get'] ?? {}
  const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
  t.match(schemas, {
    limit: { type: 'integer' },
    kind: { anyOf: [{ const: 'a' }, { const: 'b' }] },
    n: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
  })
  t.end()
})

t.test('invalid filters throw at definition', async (t) => {
  t.throws(() => offsetPage(z.string(), { filters: {} as never }), /filters must be a Standard/)
  t.throws(
    () => cursorPage(z.string(), { filters: z.object({ limit: z.int() }) }),
    /^cursorPage: filters must not name a parameter of the page, "limit" was given\. Rename it/,
  )
})
