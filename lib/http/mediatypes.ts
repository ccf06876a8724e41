/** Parses fields of the form `value; name=value; name="value"`: content types, content dispositions. */

/** A parsed field of this form. */
export interface MediaType {
  /** The value before the parameters, in lower case: `text/html`, `form-data`. */
  readonly type: string
  /** The parameters by lower-case name; null if they are ambiguous. */
  readonly params: ReadonlyMap<string, string> | null
}

/** A semicolon with or without a parameter. Other text is left for the next match. */
const PARAMETER = /;[ \t]*(?:([^\s=;,"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^";,]*)))?[ \t]*/y

/**
 * Parses a media type with its parameters, in linear time.
 *
 * If a parameter is duplicate or unterminated, `params` is null: parsers disagree on the value, and
 * attacks use such disagreements.
 *
 * @example
 * parseMediaType('Text/HTML; charset="utf-8"').params?.get('charset') // 'utf-8'
 */
export function parseMediaType(field: string): MediaType {
  const semicolon = field.indexOf(';')
  if (semicolon < 0) return { type: field.trim().toLowerCase(), params: new Map() }
  const type = field.slice(0, semicolon).trim().toLowerCase()
  return { type, params: parseParameters(field, semicolon) }
}

/**
 * Returns the media type alone, or `''` if parsers may disagree on it: `a/b; c, d/e` could be read as
 * either type (CVE-2022-41919), and so could a field with ambiguous parameters.
 */
export function mediaTypeOf(contentType: string | null): string {
  const { type, params } = parseMediaType(contentType ?? '')
  return params === null ? '' : type
}

/**
 * Returns the parameters from this semicolon on, or null if they are ambiguous.
 *
 * @param pattern A sticky expression like the one above, for fields whose quotes have other rules.
 * @param unquote Reads the text between quotes.
 */
export function parseParameters(
  field: string,
  from: number,
  pattern: RegExp = PARAMETER,
  unquote: (quoted: string) => string = unescaped,
): Map<string, string> | null {
  const params = new Map<string, string>()
  pattern.lastIndex = from
  for (let at = from; at < field.length; at = pattern.lastIndex) {
    const match = pattern.exec(field)
    if (match === null) return null
    const [, name, quoted, token = ''] = match
    if (name === undefined) continue // an empty parameter
    const key = name.toLowerCase()
    if (params.has(key)) return null
    params.set(key, quoted === undefined ? token.trim() : unquote(quoted))
  }
  return params
}

/** Unescapes quotes and backslashes. Senders escape only these two: `C:\new` is a path. */
function unescaped(quoted: string): string {
  return quoted.replace(/\\(["\\])/g, '$1')
}

/** Whether a content type is `application/json`, or an application type that ends in `+json`. */
export function isJSON(contentType: string | null): boolean {
  if (contentType === 'application/json') return true
  return /^application\/(?:[a-z0-9!#$&^_.+-]+\+)?json$/.test(mediaTypeOf(contentType))
}
