/** The built-in convertors of texts and numbers, made of plain functions that take linear time. */
import { wrong } from '../internal/must.ts'

/** A convertor as the router uses it. */
export interface Convertor {
  readonly name: string
  /** The value of the whole text, or undefined if the text is invalid. */
  readonly parse: (text: string) => unknown
  /** Writes a value; throws if it is invalid. */
  readonly toText: (value: unknown) => string
  /** Whether the text may contain this character. */
  readonly allows: (character: string) => boolean
  /** Whether the text may contain "/". */
  readonly slashes: boolean
  /** Whether the text may be empty. */
  readonly empty: boolean
  /** Whether the text may have a fraction: a point and more characters. */
  readonly fraction?: boolean
  /** The form of valid texts, if not every sequence of allowed characters is valid. */
  readonly form?: Form
  /** Whether the same text always gives the same, immutable value. */
  readonly pure: boolean
}

/** A form that only a test of the whole text can check, as for a date or a UUID. */
export interface Form {
  readonly fits: (text: string) => boolean
  /** The minimum and maximum length. */
  readonly lengths: readonly [number, number]
  /** The most texts tested for one path; a path that would need more does not match. */
  readonly tests: number
}

const notSlash = (character: string): boolean => character !== '/'
const isDigit = (character: string): boolean => character >= '0' && character <= '9'
const builtIn = { slashes: false, empty: false, pure: true }

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

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
    // More digits would take time, and no identifier has them.
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
]

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

/** The error for a value that a convertor cannot write. */
export function refuse(name: string, value: unknown, wanted: string): never {
  const fix = 'Convert it before building the URL'
  throw wrong(`convertor "${name}"`, `the value must be ${wanted}`, value, fix)
}
