/** The JSON Schemas of libraries, with names of definitions only where their authors gave them. */
import { type JSONSchema, jsonSchemaOf } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'

/** What a schema accepts, in requests, or what it gives, in responses. */
export type Side = 'input' | 'output'

/** The JSON Schema of one side of a schema; undefined if its library cannot tell. */
export function describedBy(schema: AnySchema, side: Side): JSONSchema | undefined {
  const described = jsonSchemaOf(schema, side)
  return described !== undefined && schema['~standard'].vendor === 'arktype'
    ? withoutNames(described)
    : described
}

/** arktype numbers all definitions by what the program has defined before, `intersection246`. */
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
