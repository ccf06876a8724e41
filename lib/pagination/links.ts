/** Links between pages (RFC 8288). */

import type { Connection } from '../connections.ts'
import { type CursorPage, encodeCursor } from './cursor.ts'
import type { OffsetPage } from './offset.ts'

/** A page of either kind. */
export type AnyPage = OffsetPage<unknown> | CursorPage<unknown, unknown>

/**
 * The value of a `Link` field with the neighbours of a page: `first`, and, if they are known, `prev`, `next`
 * and `last`.
 *
 * The links contain only the query, so clients resolve them against the URL of their request. They are valid
 * even if a proxy has changed the path or the host. Other query parameters are kept.
 *
 * @example
 * const page = { items: ['Ada'], limit: 1, offset: 1, total: 3 }
 * new JSONResponse(page, { headers: { link: links(request, page) } })
 */
export function links({ queryParams }: Pick<Connection, 'queryParams'>, page: AnyPage): string {
  const entries = 'offset' in page ? byOffset(page) : byCursor(page, queryParams.get('limit'))
  const others = [...queryParams].filter(([name]) => !OWN.includes(name))
  return entries
    .map(([rel, own]) => `<?${new URLSearchParams([...others, ...own])}>; rel="${rel}"`)
    .join(', ')
}

type Pairs = [name: string, value: string][]
type Entry = readonly [rel: string, own: Pairs]

const OWN = ['limit', 'offset', 'cursor']

function byOffset({ items, limit, offset, total }: OffsetPage<unknown>): readonly Entry[] {
  const at = (start: number): Pairs => [
    ['limit', String(limit)],
    ['offset', String(start)],
  ]
  const entries: Entry[] = [['first', at(0)]]
  if (offset > 0) entries.push(['prev', at(Math.max(0, offset - limit))])
  // Without the total, a full page may have a next page.
  const hasNext = total === undefined ? items.length >= limit : offset + limit < total
  if (hasNext) entries.push(['next', at(offset + limit)])
  if (total !== undefined) entries.push(['last', at(lastOffset(limit, offset, total))])
  return entries
}

/** The offset of the last page, in steps of the limit from this page. */
function lastOffset(limit: number, offset: number, total: number): number {
  const shift = offset % limit
  return total <= shift ? 0 : shift + Math.floor((total - 1 - shift) / limit) * limit
}

function byCursor({ next }: CursorPage<unknown, unknown>, limit: string | null): readonly Entry[] {
  const size: Pairs = limit === null ? [] : [['limit', limit]]
  const first: Entry = ['first', size]
  return next === null ? [first] : [first, ['next', [...size, ['cursor', encodeCursor(next)]]]]
}
