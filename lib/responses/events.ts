/** Server-sent events as text, in the format that browsers read (WHATWG HTML, section 9.2.5). */

/** One message; it must have at least one field. */
export interface ServerSentEvent {
  /** What the browser's listener gets, of any number of lines. */
  data?: string | undefined
  /** The kind of the event, which listeners name ('message'). */
  event?: string | undefined
  /** What the browser sends as `Last-Event-ID` when it connects again; `''` makes it forget. */
  id?: string | undefined
  /** Milliseconds that the browser waits before it connects again. */
  retry?: number | undefined
  /** What only a look at the wire shows. */
  comment?: string | undefined
}

/** The only line ends of the format; a `\n` of the data arrives for each. */
const LINE_END = /\r\n|\r|\n/

/** Clients that follow no standard end lines here too; nothing is lost by cutting a comment there. */
const ANY_LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/

/**
 * Not for a field of one line: control characters would end it, or spoil the header that an id comes
 * back in, and spaces around it would not come back.
 */
const UNFIT = /\p{Cc}|[\u2028\u2029]|^ | $/u

/**
 * Writes one event, as `EventSourceResponse` sends it; a mere text is its data.
 *
 * @throws TypeError for an event without fields, with a name but no data (browsers drop it), or with
 * a field that the format cannot hold: a newline or NUL in `event` or `id` would begin a field of
 * somebody else's (CVE-2026-33128). RangeError for a `retry` that is no whole number.
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
      `ServerSentEvent: an event with a name needs data, ${JSON.stringify(name)} was given without. Browsers drop it otherwise: pass data: ''.`,
    )
  }
  if (text === '') throw noEvent(event)
  return `${text}\n`
}

/** Each line behind the name of its field. */
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
 * Checks a time to wait.
 *
 * @throws RangeError when it is no whole number from 0 on.
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
