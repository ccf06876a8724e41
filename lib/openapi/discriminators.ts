/** Finds the property by which programs can select a schema of a union. */
import { isObject, resolveReference } from '../operations/jsonreference.ts'
import type { JSONSchema } from '../operations/schemas.ts'

/** The property, and the schema references by its values. */
interface Discriminator {
  readonly propertyName: string
  readonly mapping: Readonly<Record<string, string>>
}

/**
 * The string property that distinguishes the alternatives of a `oneOf`: all require it, and no value is
 * allowed in two of them. Undefined if there is no such property. All alternatives must be components,
 * because values can only be mapped to these (OpenAPI 3.1.1 section 4.8.25).
 *
 * @param placed The same alternatives in the document.
 */
export function discriminatorOf(
  given: unknown,
  placed: unknown,
  root: JSONSchema,
): Discriminator | undefined {
  if (!Array.isArray(given) || !Array.isArray(placed) || given.length < 2) return undefined
  const references = placed.map((one) => (isObject(one) ? one['$ref'] : undefined))
  if (!references.every((one) => typeof one === 'string')) return undefined
  const schemas = given.map((one: JSONSchema) => resolveReference(one['$ref'], root) ?? one)
  for (const propertyName of requiredIn(schemas[0])) {
    const values = schemas.map((schema) => valuesOf(schema, propertyName))
    const all = values.flat()
    const tells = values.every((own) => own.length > 0) && new Set(all).size === all.length
    if (!tells) continue
    const entries = values.flatMap((own, index) =>
      own.map((value) => [value, references[index] ?? ''] as const),
    )
    return { propertyName, mapping: Object.fromEntries(entries) }
  }
  return undefined
}

function requiredIn(schema: JSONSchema | undefined): string[] {
  const required = schema?.['required']
  return Array.isArray(required) ? required.map(String) : []
}

/** The allowed strings of a required property; an empty list if any string is allowed. */
function valuesOf(schema: JSONSchema, name: string): string[] {
  if (!requiredIn(schema).includes(name) || !isObject(schema['properties'])) return []
  const property = schema['properties'][name]
  if (!isObject(property)) return []
  const values = Array.isArray(property['enum']) ? property['enum'] : [property['const']]
  return values.every((value) => typeof value === 'string') ? values : []
}
