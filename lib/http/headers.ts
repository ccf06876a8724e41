/** Header fields: a view of the contract's flat list, and the rules for names and values. */
import { invalid } from '../internal/checks.ts'
import type { HeaderList } from '../types.ts'
import { NAME_RULE, valueRule } from './fieldrules.ts'

/**
 * A value from which headers can be made: an object, pairs, or other headers, including those of fetch.
 */
export type HeadersInit = Readonly<Record<string, string>> | Iterable<readonly [string, string]>

/**
 * A flat list of names and values, for reading and changing.
 *
 * Names are case-insensitive and stored in lower case; order and duplicates are kept. The list passed to
 * the constructor is never changed: the first change copies it. A list read from `list` is never changed
 * either: the next change copies it again.
 *
 * @example
 * const headers = new Headers(['accept', 'text/html', 'x-tag', 'a', 'x-tag', 'b'])
 * headers.get('Accept') // 'text/html'
 * headers.getAll('x-tag') // ['a', 'b']
 */
export class Headers implements Iterable<[string, string]> {
  #list: HeaderList
  /** The same list while only this object has it. Then it may be changed in place. */
  #own: string[] | undefined

  /** Takes this list, or an empty one, without copying it. */
  constructor(list: HeaderList = NONE) {
    this.#list = list
  }

  /** The current list. Later changes are made to a copy. */
  get list(): HeaderList {
    this.#own = undefined
    return this.#list
  }

  /**
   * Makes a new list from an object, pairs or other headers, and checks each name and value.
   *
   * @throws TypeError if a name or value is invalid.
   */
  static from(init: HeadersInit | undefined): Headers {
    const headers = new Headers()
    if (init === undefined) return headers
    const pairs = Symbol.iterator in init ? init : Object.entries(init)
    for (const [name, value] of pairs) headers.append(name, value)
    return headers
  }

  /** Returns the first value of this name, or null. */
  get(name: string): string | null {
    const index = indexOfName(this.#list, name.toLowerCase())
    return index < 0 ? null : (this.#list[index + 1] ?? null)
  }

  /** Returns all values of this name, in order. */
  getAll(name: string): string[] {
    const wanted = name.toLowerCase()
    const values: string[] = []
    const list = this.#list
    for (let index = 0; index + 1 < list.length; index += 2) {
      if (list[index] === wanted) values.push(list[index + 1] ?? '')
    }
    return values
  }

  has(name: string): boolean {
    return indexOfName(this.#list, name.toLowerCase()) >= 0
  }

  /**
   * Replaces the first value of this name, in its place, and removes the others.
   *
   * @throws TypeError if the name or value is invalid.
   */
  set(name: string, value: string): this {
    const key = name.toLowerCase()
    const index = indexOfName(this.#list, key)
    if (index < 0) return this.append(name, value)
    assertHeader(name, value)
    const list = this.#writable()
    list[index + 1] = value
    removeName(list, key, index + 2)
    return this
  }

  /** Sets the value if the name is missing. Returns the existing or the new value. */
  setDefault(name: string, value: string): string {
    const present = this.get(name)
    if (present !== null) return present
    this.append(name, value)
    return value
  }

  /**
   * Appends another value.
   *
   * @throws TypeError if the name or value is invalid.
   */
  append(name: string, value: string): this {
    assertHeader(name, value)
    this.#writable().push(name.toLowerCase(), value)
    return this
  }

  /** Removes every value of this name. */
  delete(name: string): this {
    const key = name.toLowerCase()
    if (indexOfName(this.#list, key) >= 0) removeName(this.#writable(), key, 0)
    return this
  }

  /**
   * Adds names of request fields to `Vary`, without duplicates; `*` replaces all others (RFC 9110
   * section 12.5.5).
   */
  vary(...names: readonly string[]): this {
    const [only = ''] = names
    // The usual case needs no comparison: `Vary` is missing, and one name is added.
    if (names.length === 1 && isHeaderName(only) && !this.has('vary')) {
      return this.append('vary', only)
    }
    const fields: string[] = []
    for (const value of this.getAll('vary')) {
      for (const name of value.split(',')) addField(fields, name.trim())
    }
    for (const name of names) addField(fields, name.trim())
    if (names.length === 0 || fields.length === 0) return this
    return this.set('vary', fields.includes('*') ? '*' : fields.join(', '))
  }

  /**
   * Iterates over pairs of name and value in wire order. They are those of the list when the iteration
   * starts.
   */
  *entries(): IterableIterator<[string, string]> {
    const { list } = this
    for (let index = 0; index + 1 < list.length; index += 2) {
      yield [list[index] ?? '', list[index + 1] ?? '']
    }
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this) yield name
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this) yield value
  }

  /** Returns the pairs as an object, for logs and tests. Of duplicates it has the first value. */
  toJSON(): Record<string, string> {
    const first = new Map<string, string>()
    for (const [name, value] of this) if (!first.has(name)) first.set(name, value)
    return Object.fromEntries(first)
  }

  #writable(): string[] {
    this.#own ??= this.#list.slice()
    this.#list = this.#own
    return this.#own
  }
}

/** Returns the index of this lower-case name in a flat list, or -1. */
export function indexOfName(list: readonly string[], name: string): number {
  for (let index = 0; index < list.length; index += 2) if (list[index] === name) return index
  return -1
}

/**
 * Returns the value of `content-length`, or undefined if it is missing. Servers check that it is a number.
 */
export function contentLength(list: readonly string[]): number | undefined {
  const index = indexOfName(list, 'content-length')
  return index < 0 ? undefined : Number(list[index + 1])
}

/** Adds a name. If names differ only in case, the first one is kept. */
function addField(fields: string[], name: string): void {
  if (name === '' || fields.some((known) => isSameName(known, name))) return
  fields.push(name)
}

function isSameName(one: string, other: string): boolean {
  return one.length === other.length && one.toLowerCase() === other.toLowerCase()
}

function removeName(list: string[], name: string, from: number): void {
  for (let index = list.length - 2; index >= from; index -= 2) {
    if (list[index] === name) list.splice(index, 2)
  }
}

const NONE: HeaderList = Object.freeze([])

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** Whether this is a valid field name: a token of RFC 9110 section 5.6.2. */
export function isHeaderName(name: string): boolean {
  return NAME.test(name)
}

/** Whether this is a valid field value: latin-1 without control characters, except the tab. */
export function isHeaderValue(value: string): boolean {
  return !FORBIDDEN_IN_VALUE.test(value)
}

/**
 * Checks a field. An invalid one could split or corrupt a message on the wire.
 *
 * @throws TypeError if the name or value is invalid.
 */
export function assertHeader(name: string, value: string): void {
  if (typeof name !== 'string' || !isHeaderName(name)) {
    throw invalid('Headers', NAME_RULE, name, 'Choose another name')
  }
  if (typeof value !== 'string' || !isHeaderValue(value)) {
    throw invalid(
      'Headers',
      valueRule(name),
      value,
      'Encode it first, for instance with encodeURIComponent',
    )
  }
}
