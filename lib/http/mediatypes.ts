/** Fields of the form `value; name=value; name="value"`: content types, content dispositions. */

/** What such a field says. */
export interface MediaType {
  /** What stands before the parameters, in lower case: `text/html`, `form-data`. */
  readonly type: string
  /** The parameters by lower-case name; null when they cannot be read in one way only. */
  readonly params: ReadonlyMap<string, string> | null
}

/** A parameter, or none, behind a semicolon; what follows it is for the next one to match. */
const PARAMETER = /;[ \t]*(?:([^\s=;,"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^";,]*)))?[ \t]*/y

/**
 * Reads a media type with its parameters, in time that grows with its length.
 *
 * A parameter that is given twice, or that ends nowhere, makes all of them null: one reader would
 * take the first and another the last, and what passes between two readings is an attack.
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
 * The media type alone, if all readers see the same one: `a/b; c, d/e` is `''`, since others might
 * read the second (CVE-2022-41919), and so is one whose parameters can be read in two ways.
 */
export function mediaTypeOf(contentType: string | null): string {
  const { type, params } = parseMediaType(contentType ?? '')
  return params === null ? '' : type
}

function parseParameters(field: string, from: number): Map<string, string> | null {
  const params = new Map<string, string>()
  PARAMETER.lastIndex = from
  for (let at = from; at < field.length; at = PARAMETER.lastIndex) {
    const match = PARAMETER.exec(field)
    if (match === null) return null
    const [, name, quoted, token = ''] = match
    if (name === undefined) continue // a semicolon too many
    const key = name.toLowerCase()
    if (params.has(key)) return null
    // Only these two are escaped by those who write such fields: `C:\new` is a path.
    params.set(key, quoted === undefined ? token.trim() : quoted.replace(/\\(["\\])/g, '$1'))
  }
  return params
}
