/** The five built-in convertors, each by plain functions that are linear in the text. */

/** How the router sees a convertor. */
export interface Convertor {
  readonly name: string
  /** The value of this whole text, or undefined when it is no such text. */
  readonly parse: (text: string) => unknown
  /** Writes a value, or throws when it is no such value. */
  readonly toText: (value: unknown) => string
  /** Whether this character may be a part of the text. */
  readonly allows: (character: string) => boolean
  /** Whether it may cross "/". */
  readonly slashes: boolean
  /** Whether the text may be empty. */
  readonly empty: boolean
  /** Whether the run may go on once, after a point. */
  readonly fraction?: boolean
  /** How to tell its texts, where not every run of its characters is one. */
  readonly form?: Form
  /** Whether the same text always gives the same, unchangeable value. */
  readonly pure: boolean
}

/** Texts that only a test of the whole can tell, as a date or a UUID. */
export interface Form {
  readonly fits: (text: string) => boolean
  /** The least and the greatest length. */
  readonly lengths: readonly [number, number]
  /** How many texts of one path are tested at most; a path that would need more does not match. */
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

/** Leading zeros are fine; a number that a double cannot hold exactly is no match. */
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

function parseDecimal(text: string): number | undefined {
  if (!/^[0-9]+(?:\.[0-9]+)?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** The shortest decimal that reads back as the same number, never in exponent form. */
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

/** Numbers may come as text, from a query for instance. */
function asNumber(name: string, value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = isText || typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number
  return refuse(name, value, 'a number that is not negative')
}

/** The one error for a value that a convertor cannot write. */
export function refuse(name: string, value: unknown, wanted: string): never {
  throw new TypeError(
    `convertor "${name}": the value must be ${wanted}, ${inspect(value)} was given. Convert it before building the URL.`,
  )
}

function inspect(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  // Not every object has a text: those without prototype, cookies for one, have none.
  return typeof value === 'object' ? Object.prototype.toString.call(value) : String(value)
}
