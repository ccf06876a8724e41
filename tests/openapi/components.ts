// The named schemas of a document.
import t from 'tap'
import * as z from 'zod'
import { Route } from '../../lib/index.ts'
import { type OpenAPIOptions, openapi } from '../../lib/openapi.ts'
import { type Contract, operation, reply, secured } from '../../lib/operations.ts'
import { Problem } from '../../lib/problems.ts'

const INFO = { title: 'Users', version: '1.0.0' }
const User = z
  .object({ id: z.int(), name: z.string().default('x') })
  .meta({ id: 'User', description: 'A user' })

/** The operation of a contract at `/{id:int}`. */
function described(contract: Contract, options: OpenAPIOptions = {}) {
  const routes = [Route('/{id:int}', { post: operation(contract, (() => reply(200)) as never) })]
  const document = openapi(routes, INFO, options)
  return { document, post: document.paths['/{id}']?.['post'] }
}

t.test(
  'named schemas become components, twice if they accept something else than they give',
  async (t) => {
    const Plain = z.object({ a: z.string() }).meta({ id: 'Plain' })
    const Team = z.object({ owner: User }).meta({ id: 'Team' })
    const { document, post } = described({
      body: z.object({ team: Team, plain: Plain }),
      responses: { 200: z.array(Team), 201: Plain },
    })
    const schemas = document.components?.schemas ?? {}
    t.same(Object.keys(schemas), ['Plain', 'Problem', 'Team', 'TeamInput', 'User', 'UserInput'])
    t.match(schemas['TeamInput'], {
      properties: { owner: { $ref: '#/components/schemas/UserInput' } },
    })
    t.match(schemas['Team'], { properties: { owner: { $ref: '#/components/schemas/User' } } })
    t.same(schemas['User']?.['required'], ['id', 'name'])
    t.same(schemas['UserInput']?.['required'], ['id'])
    t.match(post?.requestBody?.content['application/json']?.schema, {
      properties: { plain: { $ref: '#/components/schemas/Plain' } },
    })
  },
)

t.test('a schema that contains itself becomes a component, with a name or without', async (t) => {
  const Named = z
    .object({
      get inner() {
        return z.array(Named)
      },
    })
    .meta({ id: 'Named' })
  const Nameless = z.object({
    get inner() {
      return z.array(Nameless)
    },
  })
  const { document } = described({ operationId: 'grow', responses: { 200: Named, 201: Nameless } })
  const schemas = document.components?.schemas ?? {}
  t.match(schemas['Named'], {
    properties: { inner: { items: { $ref: '#/components/schemas/Named' } } },
  })
  t.match(schemas['GrowResponse201'], {
    properties: { inner: { items: { $ref: '#/components/schemas/GrowResponse201' } } },
  })
})

t.test('the same routes give the same document, byte for byte', async (t) => {
  const contract: Contract = { body: User, responses: { 200: z.array(User), 404: Problem } }
  t.equal(
    JSON.stringify(described(contract).document),
    JSON.stringify(described(contract).document),
  )
})
t.test('two meanings of one name are an error that names both', async (t) => {
  const one = z.object({ a: z.string() }).meta({ id: 'Same' })
  t.throws(
    () =>
      described({
        body: z.object({ a: one }),
        responses: {},
        query: z.object({ b: z.number().meta({ id: 'Same2' }) }),
      }) &&
      described({
        responses: {
          200: one,
          201: z.object({ x: z.object({ b: z.string() }).meta({ title: 'Same' }) }),
        },
      }),
    /openapi: two schemas have the name "Same", one of POST \/{id}, the response of 200 and one of POST \/{id}, the response of 201/,
  )
  const twice = [
    Route(
      '/a',
      operation({ operationId: 'same' }, () => reply(200)),
    ),
    Route(
      '/b',
      operation({ operationId: 'same' }, () => reply(200)),
    ),
  ]
  t.throws(
    () => openapi(twice, INFO),
    /two operations have the operationId "same", GET \/a and GET \/b/,
  )
  const schemes = ['header', 'query'].map((place, index) =>
    Route(
      `/${index}`,
      operation(
        { guards: [secured({ type: 'apiKey', in: place as 'header', name: 'key' }, () => 1)] },
        () => reply(200),
      ),
    ),
  )
  t.throws(() => openapi(schemes, INFO), /two security schemes have the name "key"/)
  t.throws(() => openapi([], {} as never), /the info must have a title and a version/)
  t.throws(
    () => openapi([], INFO, { version: '2' } as never),
    /version must be '3\.1' or '3\.2', "2" was given/,
  )
  t.throws(
    () => openapi(7 as never, INFO),
    /openapi: it takes an application or a list of routes, 7 was given/,
  )
})
