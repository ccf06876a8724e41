/** The convertors of dates and times (RFC 3339). */
import { type Convertor, refuse } from './builtins.ts'

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/**
 * `date` gives the text: a Date at midnight UTC would be the day before in half of the world's time zones, and
 * a text compares, sorts and goes into a database as it is. `datetime` gives a Date, which has milliseconds.
 */
export const calendarConvertors: readonly Convertor[] = [
  {
    name: 'date',
    slashes: false,
    empty: false,
    pure: true,
    allows: (character) => /[\d-]/.test(character),
    form: { fits: isDate, lengths: [10, 10], tests: 4096 },
    parse: (text) => (isDate(text) ? text : undefined),
    toText: (value) =>
      isDate(value) ? value : refuse('date', value, 'a date as text, such as "2026-01-31"'),
  },
  {
    name: 'datetime',
    slashes: false,
    empty: false,
    pure: false,
    allows: (character) => /[\d:.TZ+-]/.test(character),
    form: { fits: isDateTime, lengths: [20, 35], tests: 4096 },
    parse: parseDateTime,
    toText: (value) => {
      const date = typeof value === 'string' ? parseDateTime(value) : value
      const isValid = date instanceof Date && parseDateTime(textOf(date)) !== undefined
      return isValid ? textOf(date) : refuse('datetime', value, 'a Date of the years 0 to 9999')
    },
  },
]

/** The day must exist: JavaScript takes the 30th of February for the 2nd of March. */
function isDate(text: unknown): text is string {
  if (typeof text !== 'string' || !DATE.test(text)) return false
  const midnight = new Date(`${text}T00:00:00Z`)
  return textOf(midnight).startsWith(text)
}

/** A leap second is no time of a Date. */
function isDateTime(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text[10] === 'T' &&
    TIME.test(text.slice(11)) &&
    isDate(text.slice(0, 10))
  )
}

/** With an offset, the first and the last day may be of a year that such a text cannot have. */
function parseDateTime(text: string): Date | undefined {
  if (!isDateTime(text)) return undefined
  const date = new Date(text)
  return isDateTime(textOf(date)) ? date : undefined
}

function textOf(date: Date): string {
  return Number.isNaN(date.valueOf()) ? '' : date.toISOString()
}
