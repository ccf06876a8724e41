// LS-OAPI-3: the named schemas of a document.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import t from 'tap'
import * as v from 'valibot'
import * as z from 'zod'
import { Route } from '../../lib/index.ts'
import { type OpenAPIOptions, openapi } from '../../lib/openapi.ts'
import { type Contract, operation, reply, secured } from '../../lib/operations.ts'
import { Problem } from '../../lib/problems.ts'
import type { AnySchema } from '../../lib/types/schemas.ts'

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

t.test('named schemas become components, twice if input and output differ', async (t) => {
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
})

t.test('a recursive schema becomes a component, with or without a name', async (t) => {
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

t.test('generated numbers of unnamed schemas are not in the document', async (t) => {
  const recursive = (): AnySchema => {
    const list: v.GenericSchema<unknown> = v.object({ next: v.nullable(v.lazy(() => list)) })
    return toStandardJsonSchema(list)
  }
  const ofArk = (): AnySchema => type.module({ List: { next: 'List|null' } }).List
  const made = (): string => {
    const routes = ['/a', '/b', '/c'].map((path, index) =>
      Route(path, {
        post: operation(
          { body: recursive(), responses: { 200: index === 2 ? ofArk() : recursive() } },
          () => reply(200) as never,
        ),
      }),
    )
    return JSON.stringify(openapi(routes, INFO))
  }
  const document = made()
  type({ another: 'string[]' })
  t.equal(made(), document)
  t.same(Object.keys(JSON.parse(document).components.schemas), [
    ...['PostABody', 'PostAResponse200', 'PostBBody', 'PostBResponse200', 'PostCBody'],
    ...['PostCResponse200', 'PostCResponse200_2', 'Problem'],
  ])
})

t.test('the parts of a named schema always have the same names', async (t) => {
  const Tree = type.module({ Tree: [{ children: 'Tree[]' }, '@', { title: 'Tree' }] }).Tree
  const { document } = described({
    body: Tree,
    responses: { 200: Tree, 201: type({ tree: Tree }) },
  })
  const names = ['PostIdResponse201', 'Problem', 'Tree', 'Tree_2']
  t.same(Object.keys(document.components?.schemas ?? {}), names)
})

t.test('a schema cannot have the name of the input of another schema', async (t) => {
  const Other = z.object({ a: z.string() }).meta({ id: 'UserInput' })
  t.throws(
    () => described({ body: User, responses: { 200: User, 201: Other } }),
    /two schemas have the name "UserInput", the input of "User" and one of POST \/{id}, the response of 201/,
  )
})

t.test('the same routes give the same document, byte for byte', async (t) => {
  const contract: Contract = { body: User, responses: { 200: z.array(User), 404: Problem } }
  t.equal(
    JSON.stringify(described(contract).document),
    JSON.stringify(described(contract).document),
  )
})
t.test('two schemas with one name are an error that shows both', async (t) => {
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
