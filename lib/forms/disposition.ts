/** The `Content-Disposition` of a part, as browsers write it. */

/** A parsed field; the texts have one character per byte. */
export interface Disposition {
  readonly name: string
  /** Null if the part is a field. */
  readonly filename: string | null
  /** The value of a `filename*` without a `filename`. */
  readonly extended: string | null
}

/**
 * A semicolon, perhaps with a parameter. Browsers do not escape a backslash, so before the final quote it
 * is a backslash; before any other quote it escapes that, as some clients do.
 */
const PARAMETER =
  /;[ \t]*(?:([^\s=;,"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\"(?![ \t]*(?:;|$))|\\(?!"(?![ \t]*(?:;|$))))*)"|([^";,]*)))?[ \t]*/y

/**
 * Parses the field in linear time; undefined unless it has exactly one name.
 *
 * Of two names, parsers disagree on which is meant. If both `filename` and `filename*` are present, the
 * plain one is used, since RFC 7578 section 4.2 allows no other.
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
    if (name === undefined) continue // an empty parameter
    const key = name.toLowerCase()
    if (params.has(key)) return undefined
    params.set(key, unescaped(quoted?.replaceAll('\\"', '"') ?? token.trim()))
  }
  return params
}

const ESCAPES: Readonly<Record<string, string>> = { '%22': '"', '%0D': '\r', '%0A': '\n' }

/** Browsers escape exactly these three, with these letters; any other `%` is literal (HTML Standard). */
function unescaped(value: string): string {
  if (!value.includes('%')) return value
  return value.replace(/%22|%0D|%0A/g, (three) => ESCAPES[three] ?? three)
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
