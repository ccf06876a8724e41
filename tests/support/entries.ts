// Entries of an index without the routes around them.
import type { Entry } from '../../lib/routing/entry.ts'
import { parsePath } from '../../lib/routing/path.ts'
import type { Table } from '../../lib/routing/table.ts'
import type { App } from '../../lib/types.ts'

export interface EntryOptions {
  readonly prefix?: boolean
  readonly type?: 'http' | 'websocket'
  readonly methods?: readonly string[]
}

const nothing: App = async () => {}

/** An entry for this path that serves everything, unless told otherwise. */
export function entryOf(path: string, { prefix = false, type, methods }: EntryOptions = {}): Entry {
  return {
    path: parsePath(path, prefix ? 'Mount' : 'Route'),
    prefix,
    type,
    methods: methods === undefined ? undefined : new Set(methods),
    route: nothing,
    endpoint: nothing,
    app: nothing,
  }
}

/** What a look-up came to, in plain values: the place and the parameters, or the partial places. */
export function lookUp(
  table: Table,
  path: string,
  type: 'http' | 'websocket' = 'http',
  method = 'GET',
): { order: number; values: readonly unknown[]; rest: number } | readonly number[] {
  const { match, partial } = table.find(path, type, method)
  if (match === undefined) return partial.map(({ order }) => order)
  return { order: match.order, values: match.values, rest: match.rest }
}
