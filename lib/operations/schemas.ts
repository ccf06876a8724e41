/** Checks schemas of any library, validates with them, and describes them as JSON Schema. */

import { invalid } from '../internal/checks.ts'
import { isThenable } from '../internal/handled.ts'
import type { AnySchema, SchemaIssue, SchemaResult } from '../types/schemas.ts'
import { isPlain, type JSONSchema, LENIENT, STRICT } from './jsonforms.ts'
import { noteAsync, validateZod } from './zod.ts'

export type { JSONSchema } from './jsonforms.ts'

/** Whether a value is a schema. In some libraries schemas are functions. */
export function isSchema(value: unknown): value is AnySchema {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false
  const props: unknown = Reflect.get(value, '~standard')
  return typeof (props as { validate?: unknown } | undefined)?.validate === 'function'
}

/**
 * Checks a schema at definition.
 *
 * @throws TypeError if it does not follow Standard Schema.
 */
export function assertSchema(
  where: string,
  what: string,
  schema: unknown,
): asserts schema is AnySchema {
  if (isSchema(schema)) return
  throw invalid(
    where,
    `${what} must be a Standard Schema`,
    schema,
    'Use zod, valibot, arktype, or an object with the key ~standard',
  )
}

/** A validated value, or the list of issues. */
export type Validated = SchemaResult<unknown>

/**
 * Validates a value. A value that is nested so deeply that a recursive schema overflows the stack gives an
 * issue. Any other error that a schema throws is a bug, and is thrown.
 */
export function validate(schema: AnySchema, value: unknown): Validated | Promise<Validated> {
  try {
    const parsed = validateZod(schema, value)
    if (parsed !== undefined) return parsed.then(undefined, tooDeep)
    const result = schema['~standard'].validate(value)
    if (!isThenable(result)) return result
    noteAsync(schema)
    return result.then(undefined, tooDeep)
  } catch (error) {
    return tooDeep(error)
  }
}

/** Validates as `validate` does, but returns a promise only if the schema cannot do without. */
export function validateNow(schema: AnySchema, value: unknown): Validated | Promise<Validated> {
  try {
    return schema['~standard'].validate(value)
  } catch (error) {
    return tooDeep(error)
  }
}

function tooDeep(error: unknown): Validated {
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return { issues: [{ message: 'The value is nested too deeply.' }] }
  }
  throw error
}

/** Returns the path of an issue as keys and indexes. */
export function pathOf({ path = [] }: SchemaIssue): (string | number)[] {
  return path.map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'number' ? key : String(key)
  })
}

const TARGET = 'draft-2020-12'

/** Returns the JSON Schema of the input or the output; undefined if the library cannot describe it. */
export function jsonSchemaOf(schema: AnySchema, side: 'input' | 'output'): JSONSchema | undefined {
  return describeSchema(schema, side, STRICT) ?? describeSchema(schema, side, LENIENT)
}

/** Whether the output of a schema is plain JSON; false if its library cannot describe it. */
export function givesPlainJSON(schema: AnySchema): boolean {
  return isPlain(describeSchema(schema, 'output', STRICT))
}

function describeSchema(
  schema: AnySchema,
  side: 'input' | 'output',
  libraryOptions: Readonly<Record<string, unknown>>,
): JSONSchema | undefined {
  try {
    return schema['~standard'].jsonSchema?.[side]({ target: TARGET, libraryOptions })
  } catch {
    return undefined // libraries throw for a schema that they cannot describe
  }
}
