/** Server-sent events in the format of browsers (WHATWG HTML, section 9.2.5). */

/** One event; it must have at least one field. */
export interface ServerSentEvent {
  /** The data of the event, with any number of lines. */
  data?: string | undefined
  /** The type of the event, for listeners ('message'). */
  event?: string | undefined
  /** The id that the browser sends as `Last-Event-ID` when it reconnects; `''` resets it. */
  id?: string | undefined
  /** Milliseconds that the browser waits before it reconnects. */
  retry?: number | undefined
  /** A comment, which browsers ignore. */
  comment?: string | undefined
}

/** The line ends of the format; browsers read each of them as `
` in the data. */
const LINE_END = /\r\n|\r|\n/

/** Nonstandard clients end lines at these characters too. Splitting a comment there is harmless. */
const ANY_LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/

/**
 * Characters that one-line fields must not have. Control characters would end the line, or corrupt the header
 * that returns an id. Spaces around the text would be lost.
 */
const UNFIT = /\p{Cc}|[\u2028\u2029]|^ | $/u

/**
 * Writes one event as `EventSourceResponse` sends it; a string is its data.
 *
 * @throws TypeError if the event has no field, has a name without data (browsers drop it), or a field
 * does not fit the format: a newline or NUL in `event` or `id` would begin a field of the attacker's
 * choice (CVE-2026-33128). RangeError if `retry` is not a whole number.
 * @example
 * encodeEvent({ event: 'news', id: '7', data: 'two\nlines' })
 * // event: news
 * // id: 7
 * // data: two
 * // data: lines
 */
export function encodeEvent(event: ServerSentEvent | string): string {
  if (typeof event === 'string') return `${lines('data: ', event, LINE_END)}\n`
  if (typeof event !== 'object' || event === null) throw noEvent(event)
  const { comment, event: name, id, retry, data } = event
  let text = ''
  if (comment !== undefined) text += lines(': ', asText('comment', comment), ANY_LINE_END)
  if (name !== undefined) text += `event: ${asLine('event', name)}\n`
  if (id !== undefined) text += `id: ${asLine('id', id)}\n`
  if (retry !== undefined) text += `retry: ${asMilliseconds(retry)}\n`
  if (data !== undefined) text += lines('data: ', asText('data', data), LINE_END)
  else if (name !== undefined) {
    throw new TypeError(
      `ServerSentEvent: an event with a name needs data, ${JSON.stringify(name)} has none. Pass data: '', or browsers drop it.`,
    )
  }
  if (text === '') throw noEvent(event)
  return `${text}\n`
}

/** Each line with the name of its field before it. */
function lines(prefix: string, text: string, end: RegExp): string {
  return `${prefix}${text.split(end).join(`\n${prefix}`)}\n`
}

function asText(field: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError(
    `ServerSentEvent: ${field} must be text, ${nameOf(value)} was given. Write JSON.stringify(value).`,
  )
}

function asLine(field: string, value: unknown): string {
  const text = asText(field, value)
  if (!UNFIT.test(text)) return text
  throw new TypeError(
    `ServerSentEvent: ${field} must be one line without control characters or spaces around it, ${JSON.stringify(text)} was given. Send such text as data.`,
  )
}

/**
 * Checks a number of milliseconds.
 *
 * @throws RangeError if it is not a whole number, or is negative.
 */
export function asMilliseconds(retry: number): number {
  if (Number.isSafeInteger(retry) && retry >= 0) return retry
  throw new RangeError(
    `ServerSentEvent: retry must be a whole number of milliseconds, ${String(retry)} was given. Use Math.round.`,
  )
}

function noEvent(value: unknown): TypeError {
  return new TypeError(
    `ServerSentEvent: an event must be text, or an object with data, event, id, retry or comment, ${nameOf(value)} was given. Write { data: JSON.stringify(value) }.`,
  )
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  const keys = Object.keys(value)
  const name = value.constructor?.name ?? 'Object'
  return keys.length > 0 ? `an object with ${keys.slice(0, 5).join(', ')}` : `an empty ${name}`
}
