/** Pages by their offset: simple, but slower the more rows are skipped. */

import { knownOptions } from '../internal/knownoptions.ts'
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

/** The requested part of a list. */
export interface OffsetQuery {
  /** The number of items. */
  readonly limit: number
  /** The number of items before the first one. */
  readonly offset: number
}

/** A part of a list. */
export interface OffsetPage<Item> extends OffsetQuery {
  readonly items: readonly Item[]
  /** The number of items in the whole list (unset: unknown). */
  readonly total?: number | undefined
}

export interface OffsetOptions<Filters extends AnySchema = AnySchema>
  extends LimitOptions,
    FilterOptions<Filters> {}

/** The schemas of pages by offset. */
export interface OffsetPages<Item extends AnySchema, Filters extends AnySchema = Schema> {
  /** The schema of the query: `limit` and `offset`, both with defaults, and the filters. */
  readonly query: Filtered<Partial<OffsetQuery>, OffsetQuery, Filters>
  /** The schema of the page: `items`, `limit`, `offset` and, if it is known, `total`. */
  readonly page: Schema<OffsetPage<SchemaInput<Item>>, OffsetPage<SchemaOutput<Item>>>
}

const MOST = Number.MAX_SAFE_INTEGER

/**
 * Makes the schemas of a list that is read with `?limit=20&offset=40`: one of the query, and one of the page.
 *
 * Numbers in a query are text. An operation converts them, because these schemas describe them as numbers.
 *
 * @param item The schema of an item.
 * @throws TypeError if it is not a schema, or the filters are not a schema or have a parameter of the page;
 * RangeError if a limit is invalid.
 * @example
 * const validate = (value: unknown) => ({ value: String(value) })
 * const name = { '~standard': { version: 1, vendor: 'mine', validate } } as const // or one of zod
 * const names = offsetPage(name, { maxLimit: 50 })
 * Route('/names', operation({ query: names.query, responses: { 200: names.page } },
 *   ({ query: { limit, offset } }) => reply(200, { items: ['Ada'], limit, offset })))
 */
export function offsetPage<const Item extends AnySchema, const Filters extends AnySchema = Schema>(
  item: Item,
  options: OffsetOptions<Filters> = {},
): OffsetPages<Item, Filters> {
  knownOptions('offsetPage', options, 'limit maxLimit filters')
  const { limit, maxLimit } = readLimits('offsetPage', item, options)
  const described = {
    limit: { type: 'integer', minimum: 1, maximum: maxLimit, default: limit },
    offset: { type: 'integer', minimum: 0, default: 0 },
  }
  const query: Schema<Partial<OffsetQuery>, OffsetQuery> = schemaOf((value) => {
    const { limit: wanted = limit, offset = 0 } = membersOf(value)
    const issues: SchemaIssue[] = []
    wholeNumber('limit', wanted, [1, maxLimit], issues)
    wholeNumber('offset', offset, [0, MOST], issues)
    return issues.length > 0
      ? { issues }
      : { value: { limit: Number(wanted), offset: Number(offset) } }
  }, queryJSONSchema(described))
  return {
    query: withFilters('offsetPage', query, Object.keys(described), options.filters),
    page: schemaOf(
      async (value) => {
        const { items, total, limit: size, offset } = membersOf(value)
        const issues: SchemaIssue[] = []
        wholeNumber('limit', size, [1, MOST], issues)
        wholeNumber('offset', offset, [0, MOST], issues)
        if (total !== undefined) wholeNumber('total', total, [0, MOST], issues)
        const valid = (await validItems(item, items, issues)) as SchemaOutput<Item>[]
        if (issues.length > 0) return { issues }
        const page = { items: valid, limit: Number(size), offset: Number(offset) }
        return { value: total === undefined ? page : { ...page, total: Number(total) } }
      },
      pageJSONSchema(item, PAGE, ['limit', 'offset']),
    ),
  }
}

const PAGE = {
  total: { type: 'integer', minimum: 0 },
  limit: { type: 'integer', minimum: 1 },
  offset: { type: 'integer', minimum: 0 },
}
