/** The parts that both kinds of pages share: schemas that are made from the schema of an item. */

import { checkRange } from '../internal/checks.ts'
import { assertSchema, validate } from '../operations/schemas.ts'
import type {
  AnySchema,
  JSONSchemaConverter,
  JSONSchemaTarget,
  Schema,
  SchemaIssue,
  SchemaResult,
} from '../types/schemas.ts'

export type JSONSchema = Record<string, unknown>

/** The limits for the number of items of a page. */
export interface LimitOptions {
  /** The number of items of a page if the request does not set it (20). */
  limit?: number
  /** The maximum number of items that a request may set (100). */
  maxLimit?: number
}

/** The limits, with their defaults. */
interface Limits {
  readonly limit: number
  readonly maxLimit: number
}

/**
 * Validates the options.
 *
 * @throws TypeError if `item` is not a schema; RangeError if a number is invalid.
 */
export function readLimits(where: string, item: unknown, options: LimitOptions): Limits {
  assertSchema(where, 'the schema of an item', item)
  const { maxLimit = 100, limit = Math.min(20, maxLimit) } = options
  const isMost = Number.isSafeInteger(maxLimit) && maxLimit >= 1
  const most = 'maxLimit must be a whole number of items'
  checkRange(where, isMost, most, maxLimit, 'Omit it for 100')
  const isLimit = Number.isSafeInteger(limit) && limit >= 1 && limit <= maxLimit
  checkRange(where, isLimit, `limit must be from 1 to ${maxLimit}`, limit, 'Omit it for 20')
  return { limit, maxLimit }
}

/** Makes a schema of this package. */
export function schemaOf<Input, Output>(
  validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>,
  jsonSchema: JSONSchemaConverter | undefined,
): Schema<Input, Output> {
  const props = { version: 1, vendor: 'stellula', validate } as const
  return { '~standard': jsonSchema === undefined ? props : { ...props, jsonSchema } }
}

/** The members of an object; an empty object for any other value. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** Checks a whole number of a query or a page. For undefined, it returns the fallback, if there is one. */
export function wholeNumber(
  name: string,
  value: unknown,
  [least, most]: readonly [least: number, most: number],
  issues: SchemaIssue[],
): void {
  if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) return
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`
  issues.push({ message: `It must be a whole number, ${range}.`, path: [name] })
}

/** Validates the items of a page, with all their issues. */
export async function validItems(
  schema: AnySchema,
  items: unknown,
  issues: SchemaIssue[],
): Promise<unknown[]> {
  if (!Array.isArray(items)) {
    issues.push({ message: 'It must be a list.', path: ['items'] })
    return []
  }
  const results = await Promise.all(items.map((item) => validate(schema, item)))
  return results.map((result, index) => {
    for (const { message, path = [] } of result.issues ?? []) {
      issues.push({ message, path: ['items', index, ...path] })
    }
    return result.issues === undefined ? result.value : undefined
  })
}

/** The JSON Schema of a page, if the item's library can describe it. */
export function pageJSONSchema(
  { '~standard': { jsonSchema } }: AnySchema,
  properties: JSONSchema,
  required: readonly string[],
): JSONSchemaConverter | undefined {
  if (jsonSchema === undefined) return undefined
  const described = (side: 'input' | 'output') => (target: JSONSchemaTarget) => {
    const { $schema, $defs, ...item } = jsonSchema[side](target)
    // References begin at the root, which is now the page.
    const isRecursive = JSON.stringify([item, $defs]).includes('"$ref":"#"')
    const moved = isRecursive ? withRoot({ item, $defs }) : { item, $defs }
    const defs = {
      ...membersOf(moved['$defs']),
      ...(isRecursive ? { __schema00: moved['item'] } : {}),
    }
    return {
      ...($schema === undefined ? {} : { $schema }),
      type: 'object',
      properties: {
        items: { type: 'array', items: isRecursive ? { $ref: ITEM } : item },
        ...properties,
      },
      required: ['items', ...required],
      ...(Object.keys(defs).length === 0 ? {} : { $defs: defs }),
    }
  }
  return { input: described('input'), output: described('output') }
}

/** A name such as zod makes, which documents replace: two pages have different items. */
const ITEM = '#/$defs/__schema00'

function withRoot(schema: JSONSchema): JSONSchema {
  const moved: unknown = JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && value === '#' ? ITEM : value,
  )
  return membersOf(moved)
}

/** The JSON Schema of query parameters, for input and output. */
export function queryJSONSchema(properties: JSONSchema): JSONSchemaConverter {
  const input = (): JSONSchema => ({ type: 'object', properties: structuredClone(properties) })
  return { input, output: input }
}
