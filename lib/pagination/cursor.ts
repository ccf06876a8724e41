/** Pages by a cursor. Later pages are as fast as the first, and stay stable while rows are added. */

import { fromBase64URL, toBase64URL } from '../internal/base64url.ts'
import { encodeText } from '../internal/bytes.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { assertSchema, validate } from '../operations/schemas.ts'
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
  /** The schema of the value in a cursor, because clients can make their own cursors (any JSON value). */
  cursor?: Cursor
}

/** The requested part of a list. */
export interface CursorQuery<Cursor> {
  /** The number of items. */
  readonly limit: number
  /** The position after which the page begins; undefined for the first page. */
  readonly cursor?: Cursor | undefined
}

/** A part of a list. */
export interface CursorPage<Item, Next> {
  readonly items: readonly Item[]
  /** The cursor of the next page; null on the last page. */
  readonly next: Next | null
}

/** The schemas of pages by cursor. */
export interface CursorPages<
  Item extends AnySchema,
  Cursor extends AnySchema,
  Filters extends AnySchema = Schema,
> {
  /** The schema of the query: `limit`, `cursor` (the `next` of a page), and the filters. */
  readonly query: Filtered<
    { limit?: number; cursor?: string },
    CursorQuery<SchemaOutput<Cursor>>,
    Filters
  >
  /** The schema of the page: `items`, and `next`, which is sent as opaque text. */
  readonly page: Schema<
    CursorPage<SchemaInput<Item>, SchemaInput<Cursor>>,
    CursorPage<SchemaOutput<Item>, string>
  >
}

const ANYTHING: Schema = {
  '~standard': { version: 1, vendor: 'stellula', validate: (value) => ({ value }) },
}

/** The maximum number of characters in a cursor. */
const LONGEST = 2000

/**
 * Makes the schemas of a list that is read with `?limit=20&cursor=…`: one of the query, and one of the page.
 * The page's `next` is the cursor of the next page.
 *
 * A cursor is JSON in base64url, so clients treat it as opaque. It is neither signed nor secret: set
 * `cursor`, the schema of its value. An invalid cursor is a validation issue.
 *
 * @param item The schema of an item.
 * @throws TypeError if a schema is invalid, or the filters have a parameter of the page; RangeError if a
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
        const cursor = next === null || next === undefined ? null : encodeCursor(next)
        if (cursor !== null && cursor.length > LONGEST) {
          const message = `It must be a cursor of at most ${LONGEST} characters, or the query refuses it.`
          issues.push({ message, path: ['next'] })
        }
        return issues.length > 0 ? { issues } : { value: { items: valid, next: cursor } }
      },
      pageJSONSchema(item, { next: { type: ['string', 'null'] } }, ['next']),
    ),
  }
}

/** Encodes a JSON value as opaque text. */
export function encodeCursor(value: unknown): string {
  return toBase64URL(encodeText(JSON.stringify(value)))
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Decodes a cursor and validates its value. All its errors are reported as one issue. */
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
  const result = await validate(schema, held)
  if (result.issues !== undefined) issues.push(wrong)
  return result.issues === undefined ? result.value : undefined
}

/** Refuses a member `__proto__`, which is dangerous if the value is copied by assignment. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('no cursor')
  return value
}
