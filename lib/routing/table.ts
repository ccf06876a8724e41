/** The index of a router: finds the first entry in declaration order without trying them all. */
import type { Convertor } from '../convertors/types.ts'
import type { Entry, Match } from './entry.ts'
import { matchWhole } from './sequence.ts'
import { buildTree, type Node, type ParamChild } from './tree.ts'

/**
 * A map for paths without parameters, and a tree of segments for all others.
 *
 * The first match in the order of declaration is used, as if every entry were tried in turn.
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

  /** Computes all matches of a path without parameters at definition, in order. */
  #addExact(path: string): void {
    const search = new Search(path)
    const matches = search.all(this.#root)
    // A custom convertor may give another object, or another result, for the same text each time.
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

/** The result of a look-up: the matching entry, or the entries that serve other methods only. */
export interface Found {
  readonly match: Match | undefined
  readonly partial: readonly Match[]
}

const NONE: readonly Match[] = []

const NOTHING: Found = { match: undefined, partial: NONE }

export class Search {
  readonly #path: string
  readonly #type: string | undefined
  readonly #method: string | undefined
  readonly #values: unknown[] = []
  #others: Match[] | undefined
  #best: Match | undefined
  #pure = true
  /** Entries from this position on come after the best match. */
  #limit = Number.POSITIVE_INFINITY

  /** Without type and method, it finds every match. */
  constructor(path: string, type?: string, method?: string) {
    this.#path = path
    this.#type = type
    this.#method = method
  }

  /** The first entry that serves this type and method. */
  first(root: Node): Found {
    this.#walk(root, 1)
    if (this.#best !== undefined) return { match: this.#best, partial: NONE }
    return this.#others === undefined ? NOTHING : { match: undefined, partial: this.#sorted() }
  }

  /** All matching entries, in the order of declaration. */
  all(root: Node): readonly Match[] {
    this.#walk(root, 1)
    return this.#sorted()
  }

  /** Whether the same path always gives the same result, because only built-in convertors were called. */
  get pure(): boolean {
    return this.#pure
  }

  #sorted(): readonly Match[] {
    return this.#others?.sort((one, other) => one.order - other.order) ?? NONE
  }

  /** Searches the part of the path after a slash; `start` is the first character of the next segment. */
  #walk(node: Node, start: number): void {
    if (node.first >= this.#limit) return
    const path = this.#path
    for (const { entry, order } of node.mounts) this.#offer(entry, order, start - 1)
    for (const { entry, order } of node.wholes) this.#offerWhole(entry, order)
    for (const { convertor, entry, order } of node.rests) {
      const value = this.#parse(convertor, path.slice(start))
      if (value === undefined) continue
      this.#values.push(value)
      this.#offer(entry, order, path.length)
      this.#values.pop()
    }
    const slash = path.indexOf('/', start)
    const segment = slash < 0 ? path.slice(start) : path.slice(start, slash)
    const child = node.literals.get(segment)
    if (child !== undefined) this.#enter(child, slash)
    for (const param of node.params) this.#enterParam(param, segment, slash)
  }

  #enter(node: Node, slash: number): void {
    if (slash >= 0) {
      this.#walk(node, slash + 1)
      return
    }
    for (const { entry, order } of node.ends) this.#offer(entry, order, this.#path.length)
  }

  #enterParam(
    { before, after, convertor, node }: ParamChild,
    segment: string,
    slash: number,
  ): void {
    if (node.first >= this.#limit) return
    const end = segment.length - after.length
    if (end < before.length || !segment.startsWith(before) || !segment.endsWith(after)) return
    const value = this.#parse(convertor, segment.slice(before.length, end))
    if (value === undefined) return
    this.#values.push(value)
    this.#enter(node, slash)
    this.#values.pop()
  }

  #parse(convertor: Convertor, text: string): unknown {
    this.#pure &&= convertor.pure
    return convertor.parse(text)
  }

  #offerWhole(entry: Entry, order: number): void {
    this.#pure &&= entry.path.params.every(({ convertor }) => convertor.pure)
    const whole = order < this.#limit ? matchWhole(entry, this.#path) : undefined
    if (whole !== undefined) this.#take({ entry, order, ...whole })
  }

  #offer(entry: Entry, order: number, rest: number): void {
    if (order < this.#limit) this.#take({ entry, order, values: this.#values.slice(), rest })
  }

  #take(match: Match): void {
    const { type, methods } = match.entry
    if (this.#type !== undefined && type !== undefined && type !== this.#type) return
    if (this.#method === undefined || (methods !== undefined && !methods.has(this.#method))) {
      this.#others ??= []
      this.#others.push(match)
      return
    }
    this.#best = match
    this.#limit = match.order
  }
}
