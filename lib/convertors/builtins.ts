/**
 * The convertors of the process. The built-in ones are for texts, numbers, dates and times (RFC 3339). They
 * are plain functions that take linear time.
 */
import { invalid } from '../internal/checks.ts'
import type { Convertor } from './types.ts'

const notSlash = (character: string): boolean => character !== '/'
const isDigit = (character: string): boolean => character >= '0' && character <= '9'
const builtIn = { slashes: false, empty: false, pure: true }

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const DATE = /^\d{4}-\d\d-\d\d$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** The convertors that every path may use. */
export const builtInConvertors: readonly Convertor[] = [
  {
    ...builtIn,
    name: 'str',
    allows: notSlash,
    parse: (text: string) => (text === '' || text.includes('/') ? undefined : text),
    toText: (value: unknown) => {
      const text = asText('str', value)
      if (text === '' || text.includes('/')) refuse('str', value, 'a text without "/", not empty')
      return text
    },
  },
  {
    ...builtIn,
    name: 'int',
    allows: isDigit,
    parse: parseInteger,
    toText: integerToText,
  },
  {
    ...builtIn,
    name: 'bigint',
    allows: isDigit,
    // The limit saves time: no identifier has more digits.
    parse: (text: string) => (/^[0-9]{1,100}$/.test(text) ? BigInt(text) : undefined),
    toText: (value: unknown) => {
      const text = typeof value === 'string' ? value : asDigits(value)
      return /^[0-9]{1,100}$/.test(text) ? text : refuse('bigint', value, 'of 1 to 100 digits')
    },
  },
  {
    ...builtIn,
    name: 'float',
    allows: isDigit,
    fraction: true,
    parse: parseDecimal,
    toText: decimalToText,
  },
  {
    ...builtIn,
    name: 'uuid',
    allows: (character: string) => /[0-9A-Fa-f-]/.test(character),
    form: {
      fits: (text: string) => UUID.test(text),
      lengths: [32, 36],
      tests: Number.POSITIVE_INFINITY,
    },
    parse: parseUUID,
    toText: uuidToText,
  },
  {
    name: 'path',
    slashes: true,
    empty: true,
    pure: true,
    allows: (character: string) => character !== '\n',
    parse: (text: string) => (text.includes('\n') ? undefined : text),
    toText: (value: unknown) => {
      const text = asText('path', value)
      if (text.includes('\n')) refuse('path', value, 'a text without line feeds')
      return text
    },
  },
  // The value is text: a Date at midnight UTC would be the previous day in half of the world's time zones.
  // Text can be compared, sorted and stored without conversion.
  {
    ...builtIn,
    name: 'date',
    allows: (character) => /[\d-]/.test(character),
    form: { fits: isDate, lengths: [10, 10], tests: 4096 },
    parse: (text) => (isDate(text) ? text : undefined),
    toText: (value) =>
      isDate(value) ? value : refuse('date', value, 'a date as text, such as "2026-01-31"'),
  },
  {
    ...builtIn,
    name: 'datetime',
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

const convertors = new Map(builtInConvertors.map((convertor) => [convertor.name, convertor]))

/** Adds or replaces a convertor, for routes that are created afterwards. */
export function addConvertor(convertor: Convertor): void {
  convertors.set(convertor.name, convertor)
}

/** The current convertor with this name. Existing routes keep the one with which they were created. */
export function convertorNamed(name: string): Convertor | undefined {
  return convertors.get(name)
}

/** The names of all convertors, for error messages. */
export function convertorNames(): string[] {
  return [...convertors.keys()]
}

/** Leading zeros are allowed; a number that a double cannot represent exactly does not match. */
function parseInteger(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

function integerToText(value: unknown): string {
  const number = asNumber('int', value)
  if (!Number.isSafeInteger(number)) refuse('int', value, 'an integer from 0 to 2 ** 53 - 1')
  return String(number)
}

function asDigits(value: unknown): string {
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : ''
}

function parseDecimal(text: string): number | undefined {
  if (!/^[0-9]+(?:\.[0-9]+)?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** The shortest decimal form that parses to the same number, never with an exponent. */
function decimalToText(value: unknown): string {
  const number = asNumber('float', value)
  const text = String(number)
  if (!/e/.test(text)) return text
  if (number >= 1) return BigInt(number).toString()
  const [digits = '', exponent = ''] = text.split('e-')
  return `0.${'0'.repeat(Number(exponent) - 1)}${digits.replace('.', '')}`
}

function parseUUID(text: string): string | undefined {
  if (text.length > 36 || !UUID.test(text)) return undefined
  const hex = text.replaceAll('-', '').toLowerCase()
  const cut = [0, 8, 12, 16, 20, 32]
  return cut
    .slice(1)
    .map((end, index) => hex.slice(cut[index], end))
    .join('-')
}

function uuidToText(value: unknown): string {
  return parseUUID(asText('uuid', value)) ?? refuse('uuid', value, 'a UUID of 32 hex digits')
}

function asText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return refuse(name, value, 'a text')
}

/** Numbers may be given as text, for instance from a query. */
function asNumber(name: string, value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = isText || typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number
  return refuse(name, value, 'a number that is not negative')
}

/** Throws the error for a value that a convertor cannot convert to text. */
export function refuse(name: string, value: unknown, wanted: string): never {
  const fix = 'Convert it before building the URL'
  throw invalid(`convertor "${name}"`, `the value must be ${wanted}`, value, fix)
}

/** Whether a text is an existing date: JavaScript would read the 30th of February as the 2nd of March. */
function isDate(text: unknown): text is string {
  if (typeof text !== 'string' || !DATE.test(text)) return false
  const midnight = new Date(`${text}T00:00:00Z`)
  return textOf(midnight).startsWith(text)
}

/** Whether a text is a time. A leap second is refused, because a Date cannot represent it. */
function isDateTime(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text[10] === 'T' &&
    TIME.test(text.slice(11)) &&
    isDate(text.slice(0, 10))
  )
}

/** Parses a time. With an offset, its UTC year may be outside of 0 to 9999, which is refused. */
function parseDateTime(text: string): Date | undefined {
  if (!isDateTime(text)) return undefined
  const date = new Date(text)
  return isDateTime(textOf(date)) ? date : undefined
}

function textOf(date: Date): string {
  return Number.isNaN(date.valueOf()) ? '' : date.toISOString()
}
