/** HTML that is known to be safe: text, and values that are still pending. */
import { handled, isThenable } from '../internal/handled.ts'
import { wrong } from '../internal/must.ts'
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

/** A pending value, and the place where it will be. */
interface Pending {
  readonly value: PromiseLike<unknown> | AsyncIterable<unknown>
  readonly place: Place
}

/** A piece of HTML, or a pending value. */
export type Part = string | Pending

/** The parts of a template. */
interface Template {
  readonly strings: readonly string[]
  /** For each value, whether it contains text, or may. */
  readonly hasText: readonly boolean[]
}

/**
 * The result of `html` and `raw`: text if all of it is known, and always a stream.
 *
 * Other templates, `HTMLResponse` and `StreamingResponse` accept it unescaped.
 */
export class HTML implements AsyncIterable<string> {
  static {
    brand(HTML, 'HTML')
  }

  readonly parts: readonly Part[]
  readonly #template: Template | undefined

  /** @param template Its parts; without them, all of it counts as written by the program. */
  constructor(parts: readonly Part[], template?: Template) {
    this.parts = parts
    this.#template = template
  }

  /** Whether it contains escaped text, or may when pending values are known. */
  static hasText(page: HTML): boolean {
    if (!(#template in page)) return true // made by another copy of this package
    return page.#template?.hasText.includes(true) ?? false
  }

  /** Whether its text, escaped for a place between tags, is safe at this place too. */
  static fits(page: HTML, place: Place): boolean {
    if (place === undefined || !HTML.hasText(page)) return true
    if (place !== BETWEEN_ATTRIBUTES || !(#template in page)) return false
    const { strings = [], hasText = [] } = page.#template ?? {}
    const places = placesInTag(strings)
    return hasText.every((text, index) => !text || places[index] === undefined)
  }

  /** Whether all of it is known, so that `toString` returns it. */
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
      'html: the text is not known yet, a promise or an async iterable was given to the template. Await it first, or send new StreamingResponse(page, { mediaType: "text/html" }).',
    )
  }

  /** The text as it becomes known, in order. */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return new Arrival(this.parts)
  }
}

/** Iterates a template. Not a generator, since that could not close sources it has not reached yet. */
class Arrival implements AsyncIterableIterator<string> {
  readonly #parts: readonly Part[]
  readonly #text: AsyncGenerator<string, void, undefined>
  /** How many parts have been read completely. */
  #read = 0

  constructor(parts: readonly Part[]) {
    this.#parts = parts
    this.#text = this.#texts()
  }

  async *#texts(): AsyncGenerator<string, void, undefined> {
    for (const part of this.#parts) {
      if (typeof part === 'string') yield part
      else yield* arriving(part)
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
 * @returns Whether it contains text, or may.
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
  else throw unfit(value)
  return true
}

function addHTML(parts: Part[], page: HTML, place: Place): boolean {
  if (!HTML.fits(page, place)) throw misplaced(place, page)
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

/** May reject before its turn comes; the reader of the template gets the error then. */
function pending(value: PromiseLike<unknown>): Promise<unknown> {
  return handled(Promise.resolve(value).then(take))
}

async function* arriving({ value, place }: Pending): AsyncGenerator<string, void, undefined> {
  if (isThenable(value)) yield* settled(await value, place)
  else for await (const item of value) yield* settled(item, place)
}

function settled(value: unknown, place: Place): HTML {
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
  throw wrong('html', what, text, QUOTE_IT)
}

function misplaced(place: Place, { parts }: HTML): TypeError {
  const text = parts.map((part) => (typeof part === 'string' ? part : '…')).join('')
  const what = `a template with text must not be ${place}, where escaping does not make it safe`
  return wrong('html', what, text, QUOTE_IT)
}

const QUOTE_IT =
  'Put the text into a quoted attribute such as data-value="…", or write raw(text) if it is your own'

function unfit(value: unknown): TypeError {
  const what = 'a value must be text, a number, html, a URL, or a list or promise of these'
  return wrong('html', what, value, 'Convert it to text: String(value), JSON.stringify(value)')
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
