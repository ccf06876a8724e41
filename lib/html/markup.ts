/** Safe HTML: text, and values that are still pending. */

import { invalid } from '../internal/checks.ts'
import { handled, isThenable } from '../internal/handled.ts'
import { giveUp, take } from '../internal/sources.ts'
import { brand } from '../types/brand.ts'
import { BETWEEN_ATTRIBUTES, type Place, placesInTag } from './places.ts'

/** The values of templates; true, false, null and undefined render nothing. */
export type HTMLValue =
  | HTML
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | URL
  | Iterable<HTMLValue>
  | AsyncIterable<HTMLValue>
  | PromiseLike<HTMLValue>

/** A pending value, and its place in the template. */
interface Pending {
  readonly value: PromiseLike<unknown> | AsyncIterable<unknown>
  readonly place: Place
}

/** A piece of HTML, or a pending value. */
export type Part = string | Pending

/** The parts of a template. */
interface Template {
  readonly strings: readonly string[]
  /** For each value, whether it contains text or may contain it. */
  readonly hasText: readonly boolean[]
}

/**
 * The result of `html` and `raw`. It is a stream, and also has a text if no value is pending.
 *
 * Other templates, `HTMLResponse` and `StreamingResponse` accept it unescaped.
 */
export class HTML implements AsyncIterable<string> {
  static {
    brand(HTML, 'HTML')
  }

  readonly parts: readonly Part[]
  readonly #template: Template | undefined

  /** @param template The parts of the template; without it, the HTML is trusted as written by the program. */
  constructor(parts: readonly Part[], template?: Template) {
    this.parts = parts
    this.#template = template
  }

  /** Whether it contains escaped text, or a pending value that may contain it. */
  static hasText(page: HTML): boolean {
    if (!(#template in page)) return true // made by another copy of this package
    return page.#template?.hasText.includes(true) ?? false
  }

  /** Whether its text, which is escaped for places between tags, is also safe at this place. */
  static fits(page: HTML, place: Place): boolean {
    if (place === undefined || !HTML.hasText(page)) return true
    if (place !== BETWEEN_ATTRIBUTES || !(#template in page)) return false
    const { strings = [], hasText = [] } = page.#template ?? {}
    const places = placesInTag(strings)
    return hasText.every((text, index) => !text || places[index] === undefined)
  }

  /** Whether no value is pending, so `toString` works. */
  get isWhole(): boolean {
    return this.parts.every((part) => typeof part === 'string')
  }

  /**
   * The text.
   *
   * @throws TypeError if it contains a promise or an async iterable.
   */
  toString(): string {
    if (this.isWhole) return this.parts.join('')
    throw new TypeError(
      'html: the text must be complete, a template with a promise or an async iterable was given. Await it first, or send new StreamingResponse(page, { mediaType: "text/html" }).',
    )
  }

  /** The text in order, each part as soon as it is known. */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return new Arrival(this.parts)
  }
}

/**
 * Iterates a template. It is not a generator because a generator could not close sources that it has not
 * reached yet.
 */
class Arrival implements AsyncIterableIterator<string> {
  readonly #parts: readonly Part[]
  readonly #text: AsyncGenerator<string, void, undefined>
  /** The number of parts that were read completely. */
  #read = 0

  constructor(parts: readonly Part[]) {
    this.#parts = parts
    this.#text = this.#texts()
  }

  async *#texts(): AsyncGenerator<string, void, undefined> {
    for (const part of this.#parts) {
      if (typeof part === 'string') yield part
      else yield* textsOf(part)
      this.#read++
    }
  }

  next(): Promise<IteratorResult<string, void>> {
    return this.#text.next()
  }

  return(): Promise<IteratorResult<string, void>> {
    for (const part of this.#parts.slice(this.#read)) {
      if (typeof part !== 'string') giveUp(part.value)
    }
    return this.#text.return()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/**
 * Adds a value to a list of parts, escaped unless it is HTML.
 *
 * @returns Whether it contains text, or may contain it.
 * @throws TypeError if text is in a dangerous place, or the value is of another kind.
 */
export function addTo(parts: Part[], value: unknown, place: Place): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return false
  if (value instanceof HTML) return addHTML(parts, value, place)
  if (typeof value === 'number' || typeof value === 'bigint') {
    append(parts, String(value))
    return false
  }
  if (typeof value === 'string') append(parts, escapeAt(place, value))
  else if (value instanceof URL) append(parts, escapeAt(place, value.href))
  else if (isThenable(value)) append(parts, { value: pending(value), place })
  else if (isAsyncIterable(value)) append(parts, { value: take(value), place })
  else if (isIterable(value)) return addAll(parts, value, place)
  else throw noHTMLValue(value)
  return true
}

function addHTML(parts: Part[], page: HTML, place: Place): boolean {
  if (!HTML.fits(page, place)) throw unsafePlace(place, page)
  for (const part of page.parts) append(parts, part)
  return HTML.hasText(page)
}

function addAll(parts: Part[], values: Iterable<unknown>, place: Place): boolean {
  let hasText = false
  for (const value of values) if (addTo(parts, value, place)) hasText = true
  return hasText
}

/** Adds HTML; adjacent texts are joined. */
export function append(parts: Part[], part: Part): void {
  const last = parts.at(-1)
  if (part === '') return
  if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
  else parts.push(part)
}

/** A promise may reject before it is read. The reader of the template then gets the error. */
function pending(value: PromiseLike<unknown>): Promise<unknown> {
  return handled(Promise.resolve(value).then(take))
}

async function* textsOf({ value, place }: Pending): AsyncGenerator<string, void, undefined> {
  if (isThenable(value)) yield* htmlOf(await value, place)
  else for await (const item of value) yield* htmlOf(item, place)
}

function htmlOf(value: unknown, place: Place): HTML {
  const parts: Part[] = []
  addTo(parts, value, place)
  return new HTML(parts)
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && Symbol.asyncIterator in value
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return isObject(value) && Symbol.iterator in value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function escapeAt(place: Place, text: string): string {
  if (place === undefined) return escapeHTML(text)
  const what = `text must not be ${place}, where escaping does not make it safe`
  throw invalid('html', what, text, QUOTE_IT)
}

function unsafePlace(place: Place, { parts }: HTML): TypeError {
  const text = parts.map((part) => (typeof part === 'string' ? part : '…')).join('')
  const what = `a template with text must not be ${place}, where escaping does not make it safe`
  return invalid('html', what, text, QUOTE_IT)
}

const QUOTE_IT =
  'Put the text into a quoted attribute such as data-value="…", or write raw(text) if it is your own'

function noHTMLValue(value: unknown): TypeError {
  const what = 'a value must be text, a number, html, a URL, or a list or promise of these'
  return invalid('html', what, value, 'Convert it to text: String(value), JSON.stringify(value)')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Escapes text for HTML, between tags and in quoted attributes.
 *
 * @example
 * const cell = `<td title="${escapeHTML('"<>"')}">`
 */
export function escapeHTML(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
