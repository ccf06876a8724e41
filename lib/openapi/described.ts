/** The JSON Schemas from schema libraries, without generated names of definitions. */
import { type JSONSchema, jsonSchemaOf } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'

/** The side of a schema: its input, in requests, or its output, in responses. */
export type Side = 'input' | 'output'

/** The JSON Schema of one side of a schema; undefined if its library cannot describe it. */
export function describedBy(schema: AnySchema, side: Side): JSONSchema | undefined {
  const described = jsonSchemaOf(schema, side)
  return described !== undefined && schema['~standard'].vendor === 'arktype'
    ? withoutNames(described)
    : described
}

/**
 * Removes the names of arktype, which depend on earlier definitions of the program, such as
 * `intersection246`.
 */
function withoutNames(schema: JSONSchema): JSONSchema {
  const names = Object.keys(schema['$defs'] ?? {})
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') {
      const index = names.indexOf(value.replace('#/$defs/', ''))
      return index < 0 ? value : `#/$defs/__schema${index}`
    }
    if (key !== '$defs' || typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.values(value).map((one, index) => [`__schema${index}`, one]))
  })
}
