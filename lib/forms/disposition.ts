/** The `Content-Disposition` of a part, as browsers write it. */
import { parseParameters } from '../http/mediatypes.ts'

/** A parsed field; the texts have one character per byte. */
interface Disposition {
  readonly name: string
  /** Null if the part is a field. */
  readonly filename: string | null
  /** The value of a `filename*` without a `filename`. */
  readonly extended: string | null
}

/**
 * A semicolon, and optionally a parameter. Browsers do not escape a backslash, so one before the final quote
 * is literal. Before any other quote it escapes the quote, because some clients do so.
 */
const PARAMETER =
  /;[ \t]*(?:([^\s=;,"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\"(?![ \t]*(?:;|$))|\\(?!"(?![ \t]*(?:;|$))))*)"|([^";,]*)))?[ \t]*/y

/**
 * Parses the field in linear time; undefined unless it has exactly one name.
 *
 * If there are two names, parsers disagree on which one to use. If both `filename` and `filename*` are
 * present, the plain one is used, because RFC 7578 section 4.2 forbids the other.
 */
export function parseDisposition(field: string): Disposition | undefined {
  const semicolon = field.indexOf(';')
  const params = semicolon < 0 ? null : parseParameters(field, semicolon, PARAMETER, unquote)
  const read = (name: string): string | null => unescaped(params?.get(name) ?? null)
  const name = read('name')
  if (name === null) return undefined
  const filename = read('filename')
  return { name, filename, extended: filename === null ? read('filename*') : null }
}

function unquote(quoted: string): string {
  return quoted.replaceAll('\\"', '"')
}

const ESCAPES: Readonly<Record<string, string>> = { '%22': '"', '%0D': '\r', '%0A': '\n' }

/** Browsers escape exactly these three, with these letters; any other `%` is literal (HTML Standard). */
function unescaped(value: string | null): string | null {
  return value?.replace(/%22|%0D|%0A/g, (three) => ESCAPES[three] ?? three) ?? null
}

/** The text of a `filename*` (RFC 8187 section 3.2); unchanged if it has another form. */
export function decodeExtended(value: string | null): string | null {
  if (value === null) return null
  const [, charset = '', text = value] = /^([^']*)'[^']*'(.*)$/s.exec(value) ?? []
  try {
    if (/^utf-8$/i.test(charset)) return decodeURIComponent(text)
  } catch {
    return text
  }
  return text
}
