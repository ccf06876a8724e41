// LS-OAPI-1: unions whose alternatives are told apart by a property.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import t from 'tap'
import * as v from 'valibot'
import * as z from 'zod'
import { asyncapi } from '../../lib/asyncapi.ts'
import { websocketListener } from '../../lib/endpoints.ts'
import { Route, WebSocketRoute } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { operation, reply } from '../../lib/operations.ts'
import type { AnySchema } from '../../lib/types/schemas.ts'

const INFO = { title: 'Pets', version: '1.0.0' }
const Cat = z.object({ kind: z.literal('cat'), lives: z.int().default(9) }).meta({ id: 'Cat' })
const Dog = z.object({ kind: z.enum(['dog', 'puppy']), name: z.string() }).meta({ id: 'Dog' })
const Pet = z.discriminatedUnion('kind', [Cat, Dog])

/** The schemas of a body and of a response. */
function described(schema: AnySchema) {
  const contract = { body: schema, responses: { 200: schema } }
  const route = Route('/', { post: operation(contract, (() => reply(200)) as never) })
  const post = openapi([route], INFO).paths['/']?.['post']
  const response = post?.responses['200'] as { content?: Record<string, { schema?: unknown }> }
  const type = 'application/json'
  return {
    input: post?.requestBody?.content[type]?.schema as Record<string, unknown>,
    output: response.content?.[type]?.schema as Record<string, unknown>,
  }
}

t.test('a union has its property and schemas, in input and output', async (t) => {
  const { input, output } = described(Pet)
  const [dog, cat] = ['#/components/schemas/Dog', '#/components/schemas/Cat']
  t.same(output, {
    oneOf: [{ $ref: cat }, { $ref: dog }],
    discriminator: { propertyName: 'kind', mapping: { cat, dog, puppy: dog } },
  })
  t.same(input, {
    oneOf: [{ $ref: `${cat}Input` }, { $ref: dog }],
    discriminator: {
      propertyName: 'kind',
      mapping: { cat: `${cat}Input`, dog, puppy: dog },
    },
  })
})

t.test('a union within another schema, and a named one, have them too', async (t) => {
  const { output } = described(z.object({ pets: z.array(Pet.meta({ id: 'Pet' })) }))
  t.match(output, { properties: { pets: { items: { $ref: '#/components/schemas/Pet' } } } })
  const document = openapi(
    [
      Route(
        '/',
        operation({ responses: { 200: Pet.meta({ id: 'Pet' }) } }, (() => reply(200)) as never),
      ),
    ],
    INFO,
  )
  t.match(document.components?.schemas?.['Pet'], { discriminator: { propertyName: 'kind' } })
})

t.test('a variant of valibot has them', async (t) => {
  const A = v.pipe(v.object({ size: v.number(), type: v.literal('a') }), v.title('A'))
  const B = v.pipe(v.object({ size: v.number(), type: v.literal('b') }), v.title('B'))
  const { output } = described(toStandardJsonSchema(v.variant('type', [A, B])))
  t.match(output, {
    discriminator: { propertyName: 'type', mapping: { a: '#/components/schemas/A' } },
  })
})

t.test('a union without a discriminator gets none', async (t) => {
  const Nameless = z.object({ kind: z.literal('cow') })
  const One = z.object({ kind: z.literal(1) }).meta({ id: 'One' })
  const Open = z.object({ kind: z.string() }).meta({ id: 'Open' })
  const unions: AnySchema[] = [
    z.discriminatedUnion('kind', [Cat, Nameless]),
    z.discriminatedUnion('kind', [Cat, One]),
    z.union([Cat, Open]),
    z.xor([Cat, Open]),
    z.xor([Cat, z.string()]),
  ]
  for (const union of unions) t.notOk(described(union).output['discriminator'])
})

t.test('AsyncAPI does not change, since it has another form of them', async (t) => {
  const listener = websocketListener(() => {}, { parse: Pet })
  const document = asyncapi([WebSocketRoute('/', listener)], INFO)
  t.notMatch(JSON.stringify(document), 'discriminator')
})

t.test('a parameter of several alternatives has the schemas of all', async (t) => {
  const kind = (name: string, extra = {}) =>
    z.object({ kind: z.literal(name), size: z.int().optional(), ...extra })
  const query = z.discriminatedUnion('kind', [kind('cat'), kind('dog', { age: z.int() })])
  const routes = [
    Route(
      '/',
      operation({ query, responses: { 200: z.string() } }, () => 'a'),
    ),
  ]
  t.same(openapi(routes, INFO).paths['/']?.get?.parameters, [
    {
      name: 'kind',
      in: 'query',
      schema: {
        anyOf: [
          { type: 'string', const: 'cat' },
          { type: 'string', const: 'dog' },
        ],
      },
    },
    { name: 'size', in: 'query', schema: { type: 'integer' } },
    { name: 'age', in: 'query', schema: { type: 'integer' } },
  ])
})
