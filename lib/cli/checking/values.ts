/** The example of a schema. */
import type { OpenAPIDocument } from '../../openapi/types.ts'
import type { JSONSchema } from '../../operations/schemas.ts'

/** An example, in an object since any value can be one. */
export interface Example {
  readonly value: unknown
}

/** How deep schemas are followed that refer to themselves. */
const DEEPEST = 20

/**
 * The first example of a schema, or the value that its constant, its default or the examples of its parts
 * make; undefined if it has no such value.
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

/** An object of the examples of its properties; all required ones need one. */
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
