/** Converts JSON Schemas from draft 2020-12 to draft 7, which AsyncAPI uses. */
import { isObject } from '../operations/jsonreference.ts'
import type { JSONSchema } from '../operations/schemas.ts'

/** Keywords whose values are not schemas. */
const VALUES = new Set(['default', 'const', 'enum', 'examples'])

/** Keywords whose values are objects of schemas. */
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas'])

/**
 * Converts a schema, or a list of schemas. Keywords that draft 7 does not have are kept, because it ignores
 * unknown ones.
 *
 * @example
 * draft07({ prefixItems: [{ type: 'string' }], items: false })
 * // { items: [{ type: 'string' }], additionalItems: false }
 */
export function draft07(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(draft07)
  if (!isObject(given)) return given
  const { $ref, prefixItems, items, dependentSchemas, dependentRequired, ...own } =
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key, member(key, value)]))
  const dependencies = { ...asObject(dependentRequired), ...asObject(dependentSchemas) }
  const schema = {
    ...own,
    ...itemsOf(prefixItems, items),
    ...(Object.keys(dependencies).length === 0 ? {} : { dependencies }),
  }
  return $ref === undefined ? schema : withReference($ref, schema)
}

function member(key: string, value: unknown): unknown {
  if (VALUES.has(key)) return value
  if (!MAPS.has(key) || !isObject(value)) return draft07(value)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, draft07(one)]))
}

function itemsOf(prefixItems: unknown, items: unknown): object {
  if (prefixItems === undefined) return items === undefined ? {} : { items }
  return { items: prefixItems, ...(items === undefined ? {} : { additionalItems: items }) }
}

/** Combines a reference with other keywords, which draft 7 would ignore beside it (section 8.3). */
function withReference($ref: unknown, schema: JSONSchema): JSONSchema {
  if (Object.keys(schema).length === 0) return { $ref }
  const others = Array.isArray(schema['allOf']) ? schema['allOf'] : []
  return { ...schema, allOf: [{ $ref }, ...others] }
}

function asObject(value: unknown): object {
  return isObject(value) ? value : {}
}
