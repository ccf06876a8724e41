// Describes shapes in three libraries, and compares the schemas of a document with what they should be.
import t from 'tap'
import { Route } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { operation, reply } from '../../lib/operations.ts'
import type { AnySchema } from '../../lib/types/schemas.ts'

export type Described = { readonly [keyword: string]: unknown }

/** What a shape is described as: in requests, and in responses if that is something else. */
export interface Expected {
  readonly accepts: Described
  readonly gives?: Described
  readonly components?: Described
}

export type Library = 'zod' | 'valibot' | 'arktype'

/** A shape in each library, what it is described as, and where a library tells more or less. */
export interface Shape extends Expected, Record<Library, AnySchema> {
  readonly but?: Partial<Record<Library, Partial<Expected>>>
}

export const text = { type: 'string' }
export const int = { type: 'integer' }
export const nothing = { type: 'null' }
export const eitherNull = { anyOf: [text, nothing] }
export const object = (properties: Described, ...required: string[]): Described => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
})
export const ref = (name: string): Described => ({ $ref: `#/components/schemas/${name}` })
export const date = { type: 'string', format: 'date-time' }

/** With members in a fixed order, as `required` has none. */
function ordered(expected: unknown): unknown {
  return JSON.parse(
    JSON.stringify(expected ?? {}, (key, value) =>
      key === 'required' ? [...value].sort() : value,
    ),
  )
}

export function testShapes(shapes: Readonly<Record<string, Shape>>): void {
  for (const [name, shape] of Object.entries(shapes)) {
    for (const library of ['zod', 'valibot', 'arktype'] as const) {
      t.test(`${name}, with ${library}`, async (t) => {
        const schema = shape[library]
        const contract = { body: schema, responses: { 200: schema } }
        const routes = [Route('/', { post: operation(contract, () => reply(200) as never) })]
        const { paths, components } = openapi(routes, { title: 'Shapes', version: '1' })
        const post = paths['/']?.['post']
        const response = post?.responses['200'] as {
          content?: Record<string, { schema?: unknown }>
        }
        const { Problem: _refusal, ...schemas } = components?.schemas ?? {}

        const expected = { ...shape, ...shape.but?.[library] }
        const accepted = post?.requestBody?.content['application/json']?.schema
        const given = response.content?.['application/json']?.schema
        t.same(ordered(accepted), ordered(expected.accepts))
        t.same(ordered(given), ordered(expected.gives ?? expected.accepts))
        t.same(ordered(schemas), ordered(expected.components))
      })
    }
  }
}
