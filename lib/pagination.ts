/** Paginated lists: schemas of their queries and responses, and links between pages. */

export {
  type CursorOptions,
  type CursorPage,
  type CursorPages,
  type CursorQuery,
  cursorPage,
} from './pagination/cursor.ts'
export type { Filtered, FilterOptions } from './pagination/filters.ts'
export { type AnyPage, links } from './pagination/links.ts'
export {
  type OffsetOptions,
  type OffsetPage,
  type OffsetPages,
  type OffsetQuery,
  offsetPage,
} from './pagination/offset.ts'
export type { LimitOptions } from './pagination/parts.ts'
