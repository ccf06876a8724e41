/** How schemas of any library are checked, asked and described. */
import { isThenable } from '../internal/handled.ts'
import { wrong } from '../internal/must.ts'
import type { AnySchema, SchemaIssue, SchemaResult } from '../types/schemas.ts'
import { isPlain, type JSONSchema, LENIENT, STRICT } from './jsonforms.ts'

export type { JSONSchema } from './jsonforms.ts'

/** Whether a value is a schema; some libraries make them of functions. */
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
  throw wrong(
    where,
    `${what} must be a Standard Schema`,
    schema,
    'Use zod, valibot, arktype, or an object with the key ~standard',
  )
}

/** A validated value, or the list of issues. */
export type Validated = SchemaResult<unknown>

/**
 * Validates a value. A client that nests its value so deeply that a recursive schema runs out of stack
 * gets an issue; anything else that a schema throws is a bug.
 */
export function validate(schema: AnySchema, value: unknown): Validated | Promise<Validated> {
  try {
    const result = schema['~standard'].validate(value)
    return isThenable(result) ? result.then(undefined, tooDeep) : result
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

/** The path of an issue, by keys and indexes. */
export function pathOf({ path = [] }: SchemaIssue): (string | number)[] {
  return path.map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'number' ? key : String(key)
  })
}

const TARGET = 'draft-2020-12'

/** The JSON Schema of what a schema accepts or gives; undefined if its library cannot tell. */
export function jsonSchemaOf(schema: AnySchema, side: 'input' | 'output'): JSONSchema | undefined {
  return strictJSONSchemaOf(schema, side) ?? described(schema, side, LENIENT)
}

/** The same, but undefined too if a part of the schema has no JSON form. */
function strictJSONSchemaOf(schema: AnySchema, side: 'input' | 'output'): JSONSchema | undefined {
  return described(schema, side, STRICT)
}

/** Whether what a schema gives is plain JSON, as far as its library can tell. */
export function givesPlainJSON(schema: AnySchema): boolean {
  return isPlain(strictJSONSchemaOf(schema, 'output'))
}

function described(
  schema: AnySchema,
  side: 'input' | 'output',
  libraryOptions: Readonly<Record<string, unknown>>,
): JSONSchema | undefined {
  try {
    return schema['~standard'].jsonSchema?.[side]({ target: TARGET, libraryOptions })
  } catch {
    return undefined // converters throw for what they cannot describe
  }
}
