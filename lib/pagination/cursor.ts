/** Pages by a cursor: as fast at the end as at the beginning, and stable while rows are added. */

import { fromBase64URL, toBase64URL } from '../internal/base64url.ts'
import { encodeText } from '../internal/bytes.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { assertSchema } from '../operations/schemas.ts'
import type { AnySchema, Schema, SchemaInput, SchemaIssue, SchemaOutput } from '../types/schemas.ts'
import { type Filtered, type FilterOptions, withFilters } from './filters.ts'
import {
  type LimitOptions,
  membersOf,
  pageJSONSchema,
  queryJSONSchema,
  readLimits,
  schemaOf,
  validItems,
  wholeNumber,
} from './parts.ts'

export interface CursorOptions<
  Cursor extends AnySchema = AnySchema,
  Filters extends AnySchema = AnySchema,
> extends LimitOptions,
    FilterOptions<Filters> {
  /** The schema of what a cursor holds; clients can write cursors of their own (any JSON value). */
  cursor?: Cursor
}

/** The part of a list that a request asks for. */
export interface CursorQuery<Cursor> {
  /** The number of items. */
  readonly limit: number
  /** Where to go on; undefined at the beginning. */
  readonly cursor?: Cursor | undefined
}

/** A part of a list. */
export interface CursorPage<Item, Next> {
  readonly items: readonly Item[]
  /** Where the next page begins; null on the last page. */
  readonly next: Next | null
}

/** The schemas of pages by cursor. */
export interface CursorPages<
  Item extends AnySchema,
  Cursor extends AnySchema,
  Filters extends AnySchema = Schema,
> {
  /** Of the query: `limit`, `cursor` as it was given as `next`, and the filters. */
  readonly query: Filtered<
    { limit?: number; cursor?: string },
    CursorQuery<SchemaOutput<Cursor>>,
    Filters
  >
  /** Of the page: `items`, and `next`, which is sent as opaque text. */
  readonly page: Schema<
    CursorPage<SchemaInput<Item>, SchemaInput<Cursor>>,
    CursorPage<SchemaOutput<Item>, string>
  >
}

const ANYTHING: Schema = {
  '~standard': { version: 1, vendor: 'stellula', validate: (value) => ({ value }) },
}

/** The most characters of a cursor. */
const LONGEST = 2000

/**
 * Schemas of a list that is read by `?limit=20&cursor=…`: of the query, and of the page, whose `next`
 * gives the cursor of the page after it.
 *
 * A cursor is JSON in base64url, so that clients do not take it for a number. It is neither signed nor
 * secret: give `cursor`, the schema of what it holds. A cursor that cannot be read is an issue.
 *
 * @param item The schema of an item.
 * @throws TypeError if a schema is invalid, or the filters name a parameter of the page; RangeError if a
 * limit is invalid.
 * @example
 * const validate = (value: unknown) => ({ value: String(value) })
 * const name = { '~standard': { version: 1, vendor: 'mine', validate } } as const // or one of zod
 * const names = cursorPage(name)
 * Route('/names', operation({ query: names.query, responses: { 200: names.page } },
 *   ({ query: { limit, cursor } }) => reply(200, { items: ['Ada'], next: { after: 'Ada' } })))
 */
export function cursorPage<
  const Item extends AnySchema,
  const Cursor extends AnySchema = Schema,
  const Filters extends AnySchema = Schema,
>(item: Item, options: CursorOptions<Cursor, Filters> = {}): CursorPages<Item, Cursor, Filters> {
  knownOptions('cursorPage', options, 'limit maxLimit cursor filters')
  const { limit, maxLimit } = readLimits('cursorPage', item, options)
  const schema: AnySchema = options.cursor ?? ANYTHING
  assertSchema('cursorPage', 'the schema of the cursor', schema)
  const described = {
    limit: { type: 'integer', minimum: 1, maximum: maxLimit, default: limit },
    cursor: { type: 'string', maxLength: LONGEST },
  }
  const query: Schema<
    { limit?: number; cursor?: string },
    CursorQuery<SchemaOutput<Cursor>>
  > = schemaOf(async (value) => {
    const { limit: wanted = limit, cursor } = membersOf(value)
    const issues: SchemaIssue[] = []
    wholeNumber('limit', wanted, [1, maxLimit], issues)
    const held = cursor === undefined ? undefined : await readCursor(cursor, schema, issues)
    if (issues.length > 0) return { issues }
    const query = { limit: Number(wanted) }
    return { value: cursor === undefined ? query : { ...query, cursor: held } }
  }, queryJSONSchema(described))
  return {
    query: withFilters('cursorPage', query, Object.keys(described), options.filters),
    page: schemaOf(
      async (value) => {
        const { items, next } = membersOf(value)
        const issues: SchemaIssue[] = []
        if (next === undefined)
          issues.push({ message: 'It must be a cursor or null.', path: ['next'] })
        const valid = (await validItems(item, items, issues)) as SchemaOutput<Item>[]
        if (issues.length > 0) return { issues }
        return { value: { items: valid, next: next === null ? null : encodeCursor(next) } }
      },
      pageJSONSchema(item, { next: { type: ['string', 'null'] } }, ['next']),
    ),
  }
}

/** A JSON value as opaque text. */
export function encodeCursor(value: unknown): string {
  return toBase64URL(encodeText(JSON.stringify(value)))
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What a cursor holds, checked by its schema. All that is wrong with it is one issue. */
async function readCursor(
  text: unknown,
  schema: AnySchema,
  issues: SchemaIssue[],
): Promise<unknown> {
  const wrong = { message: 'It must be a cursor of a page.', path: ['cursor'] }
  const bytes = typeof text === 'string' && text.length <= LONGEST ? fromBase64URL(text) : undefined
  let held: unknown
  try {
    if (bytes === undefined) throw new SyntaxError('no cursor')
    held = JSON.parse(utf8.decode(bytes), refuseProto)
  } catch {
    issues.push(wrong)
    return undefined
  }
  const result = await schema['~standard'].validate(held)
  if (result.issues !== undefined) issues.push(wrong)
  return result.issues === undefined ? result.value : undefined
}

/** An own member `__proto__` is harmless until the value is copied by assignment, so it is refused. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('no cursor')
  return value
}
