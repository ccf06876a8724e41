/** The index of a router: finds the first entry in declaration order without trying them all. */
import type { Entry, Match } from './entry.ts'
import { type Found, NOTHING, Search } from './search.ts'
import { buildTree, type Node } from './tree.ts'

/**
 * A map for paths without parameters and a tree by segments for the others.
 *
 * Both know the order of declaration: the first entry that fits wins, as if every entry had been
 * tried in turn.
 */
export class Table {
  readonly #root: Node
  readonly #exact = new Map<string, readonly Found[]>()

  constructor(entries: readonly Entry[]) {
    this.#root = buildTree(entries)
    for (const { path, prefix } of entries) {
      if (path.params.length === 0 && !prefix) this.#addExact(path.path)
    }
  }

  /** All that fits a path without parameters is known beforehand, in order. */
  #addExact(path: string): void {
    const search = new Search(path)
    const matches = search.all(this.#root)
    // What a custom convertor makes of a text may be another object, or another answer, each time.
    if (!search.pure) return
    this.#exact.set(
      path,
      matches.map((match) => ({ match, partial: [] })),
    )
  }

  find(path: string, type: 'http' | 'websocket', method: string): Found {
    const exact = this.#exact.get(path)
    if (exact !== undefined) return select(exact, type, method)
    if (!path.startsWith('/')) return NOTHING
    return new Search(path, type, method).first(this.#root)
  }
}

function select(candidates: readonly Found[], type: string, method: string): Found {
  let partial: Match[] | undefined
  for (const found of candidates) {
    const { match } = found
    if (match === undefined || (match.entry.type !== undefined && match.entry.type !== type))
      continue
    if (match.entry.methods === undefined || match.entry.methods.has(method)) return found
    partial = partial === undefined ? [match] : [...partial, match]
  }
  return partial === undefined ? NOTHING : { match: undefined, partial }
}
