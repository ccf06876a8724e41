/** Finds the example of a schema. */
import type { OpenAPIDocument } from '../../openapi/types.ts'
import type { JSONSchema } from '../../operations/schemas.ts'

/** An example. It is in an object because undefined stands for a missing example. */
interface Example {
  readonly value: unknown
}

/** The maximum depth, for schemas that refer to themselves. */
const DEEPEST = 20

/**
 * The first example of a schema. Without one: its constant, its default, or a value made from the examples of
 * its parts. Undefined if it has none of these.
 */
export function exampleOf(
  schema: JSONSchema,
  document: OpenAPIDocument,
  depth = 0,
): Example | undefined {
  const { examples, $ref: reference } = schema
  if (Array.isArray(examples) && examples.length > 0) return { value: examples[0] }
  for (const key of ['example', 'const', 'default']) {
    if (Object.hasOwn(schema, key)) return { value: schema[key] }
  }
  if (depth > DEEPEST) return undefined
  if (typeof reference === 'string') {
    const name = reference.slice(reference.lastIndexOf('/') + 1)
    const referred = document.components?.schemas?.[name]
    return referred && exampleOf(referred, document, depth + 1)
  }
  if (schema['type'] === 'array') return listOf(schema, document, depth)
  return isObject(schema['properties'])
    ? objectOf(schema, schema['properties'], document, depth)
    : undefined
}

function listOf(
  { items }: JSONSchema,
  document: OpenAPIDocument,
  depth: number,
): Example | undefined {
  const item = isObject(items) ? exampleOf(items, document, depth + 1) : undefined
  return item && { value: [item.value] }
}

/** An object with the examples of the properties; undefined if a required one has no example. */
function objectOf(
  { required }: JSONSchema,
  properties: JSONSchema,
  document: OpenAPIDocument,
  depth: number,
): Example | undefined {
  const members: [string, unknown][] = []
  for (const [name, property] of Object.entries(properties)) {
    const found = isObject(property) ? exampleOf(property, document, depth + 1) : undefined
    if (found !== undefined) members.push([name, found.value])
    else if (Array.isArray(required) && required.includes(name)) return undefined
  }
  return { value: Object.fromEntries(members) }
}

function isObject(value: unknown): value is JSONSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
