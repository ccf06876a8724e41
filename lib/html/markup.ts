/** HTML that is known to be safe: texts, and what is still to come. */
import { handled, isThenable } from '../internal/handled.ts'
import { giveUp, take } from '../internal/sources.ts'
import { brand } from '../types/brand.ts'
import { BETWEEN_ATTRIBUTES, type Place, placesInTag } from './places.ts'

/** What can stand in a template; true, false, null and undefined stand for nothing. */
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

/** A value that is not there yet, and the place that it will stand in. */
interface Pending {
  readonly value: PromiseLike<unknown> | AsyncIterable<unknown>
  readonly place: Place
}

/** A piece of HTML, or what will be one. */
export type Part = string | Pending

/** What a template was made of. */
interface Template {
  readonly strings: readonly string[]
  /** For each value, whether text is in it, or may come. */
  readonly hasText: readonly boolean[]
}

/**
 * What `html` and `raw` make: text when all of it is there, a stream in any case.
 *
 * It goes into other templates, `HTMLResponse` and `StreamingResponse` as it is.
 */
export class HTML implements AsyncIterable<string> {
  static {
    brand(HTML, 'HTML')
  }

  readonly parts: readonly Part[]
  readonly #template: Template | undefined

  /** @param template What it was made of; without, all of it is taken as written by the program. */
  constructor(parts: readonly Part[], template?: Template) {
    this.parts = parts
    this.#template = template
  }

  /** Whether there are texts in it that were escaped, or are still to come. */
  static hasText(page: HTML): boolean {
    if (!(#template in page)) return true // of another copy of this package
    return page.#template?.hasText.includes(true) ?? false
  }

  /** Whether its texts are as safe at this place as between tags, for which they were escaped. */
  static fits(page: HTML, place: Place): boolean {
    if (place === undefined || !HTML.hasText(page)) return true
    if (place !== BETWEEN_ATTRIBUTES || !(#template in page)) return false
    const { strings = [], hasText = [] } = page.#template ?? {}
    const places = placesInTag(strings)
    return hasText.every((text, index) => !text || places[index] === undefined)
  }

  /** Whether all of it is there, so that `toString` gives it. */
  get isWhole(): boolean {
    return this.parts.every((part) => typeof part === 'string')
  }

  /**
   * The text.
   *
   * @throws TypeError when a promise or an async iterable is in it.
   */
  toString(): string {
    if (this.isWhole) return this.parts.join('')
    throw new TypeError(
      'html: it has no text yet, a promise or an async iterable was given to the template. Await it before, or send it by new StreamingResponse(page, { mediaType: "text/html" }).',
    )
  }

  /** The text as it becomes known, in order. */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return new Arrival(this.parts)
  }
}

/** A template on its way. No generator, which could not give up what it has not come to yet. */
class Arrival implements AsyncIterableIterator<string> {
  readonly #parts: readonly Part[]
  readonly #text: AsyncGenerator<string, void, undefined>
  /** How many parts have been read to their end. */
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
 * @returns Whether text is in it, or may come.
 * @throws TypeError for text where it is dangerous, and for what has no text.
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

/** Adds HTML as it is; texts that follow each other become one. */
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
  throw new TypeError(
    `html: text cannot stand ${place}, where escaping does not make it safe, ${JSON.stringify(shortened(text))} was given. Put it into a quoted attribute such as data-value="…", or write raw(text) when it is your own.`,
  )
}

function misplaced(place: Place, { parts }: HTML): TypeError {
  const text = parts.map((part) => (typeof part === 'string' ? part : '…')).join('')
  return new TypeError(
    `html: a template with text in it cannot stand ${place}, where escaping does not make it safe, ${JSON.stringify(shortened(text))} was given. Put the text into a quoted attribute such as data-value="…", or write raw(text) when it is your own.`,
  )
}

function unfit(value: unknown): TypeError {
  const given =
    typeof value === 'object' ? `an object (${value?.constructor?.name ?? 'Object'})` : typeof value
  return new TypeError(
    `html: a value must be text, a number, html, a URL, or a list or promise of these, ${given} was given. Write it as text: String(value), JSON.stringify(value).`,
  )
}

function shortened(text: string): string {
  return text.length > 50 ? `${text.slice(0, 50)}…` : text
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Text as HTML shows it, and as it can stand in a quoted attribute.
 *
 * @example
 * const cell = `<td title="${escapeHTML('"<>"')}">`
 */
export function escapeHTML(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
