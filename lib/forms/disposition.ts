/** The `Content-Disposition` of a part, as browsers write it. */

/** What it says of a part; the texts have one character per byte. */
export interface Disposition {
  readonly name: string
  /** Null when the part is a field. */
  readonly filename: string | null
  /** The value of a `filename*` that has no `filename` beside it. */
  readonly extended: string | null
}

/**
 * A parameter, or none, behind a semicolon. Browsers do not escape a backslash, so one before the quote
 * that ends the value is a backslash; before any other quote it escapes it, as some clients do.
 */
const PARAMETER =
  /;[ \t]*(?:([^\s=;,"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\"(?![ \t]*(?:;|$))|\\(?!"(?![ \t]*(?:;|$))))*)"|([^";,]*)))?[ \t]*/y

/**
 * Reads the field in time that grows with its length; undefined without one name.
 *
 * One who takes the first of two names and one who takes the last would read two forms. Where both
 * `filename` and `filename*` are given, others may see either, so the plain one counts (RFC 7578
 * section 4.2 has no other).
 */
export function parseDisposition(field: string): Disposition | undefined {
  const params = parametersOf(field)
  const name = params?.get('name')
  if (params === undefined || name === undefined) return undefined
  const filename = params.get('filename') ?? null
  return { name, filename, extended: filename === null ? (params.get('filename*') ?? null) : null }
}

function parametersOf(field: string): Map<string, string> | undefined {
  const params = new Map<string, string>()
  const semicolon = field.indexOf(';')
  if (semicolon < 0) return params
  PARAMETER.lastIndex = semicolon
  for (let at = semicolon; at < field.length; at = PARAMETER.lastIndex) {
    const match = PARAMETER.exec(field)
    if (match === null) return undefined
    const [, name, quoted, token = ''] = match
    if (name === undefined) continue // a semicolon too many
    const key = name.toLowerCase()
    if (params.has(key)) return undefined
    params.set(key, unescaped(quoted?.replaceAll('\\"', '"') ?? token.trim()))
  }
  return params
}

const ESCAPES: Readonly<Record<string, string>> = { '%22': '"', '%0D': '\r', '%0A': '\n' }

/** Exactly these three are escaped by browsers, in these letters; any other `%` is one (HTML Standard). */
function unescaped(value: string): string {
  if (!value.includes('%')) return value
  return value.replace(/%22|%0D|%0A/g, (three) => ESCAPES[three] ?? three)
}

/** The text of a `filename*` (RFC 8187 section 3.2); as it is, where it has another form. */
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
