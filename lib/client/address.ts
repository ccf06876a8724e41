/** Writes the URL of a request: path parameters and query. */

const PARAM = /\{(\w+):?(\w*)\}|\/:(\w+)(\??)|\/(\*)$/g

/**
 * The path with its parameters, percent-encoded. Slashes are kept in `{name:path}` and `*` only.
 *
 * @throws TypeError for a parameter that is missing, or would change the structure of the path.
 */
export function pathOf(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(PARAM, (_all, brace, kind, colon, optional, star) => {
    const name: string = brace ?? colon ?? star
    const value = params[name]
    if (value === undefined && optional) return ''
    const segments = kind === 'path' || star ? textOf(value).split('/') : [textOf(value)]
    // Servers decode the path before they match it, so %2F would be a slash.
    if (value === undefined || segments.some((segment) => /^\.?\.?$|\//.test(segment))) {
      throw new TypeError(
        `client: the parameter ${name} must be a segment of a path, ${JSON.stringify(value)} was given. Pass params: { ${name} }.`,
      )
    }
    return (brace ? '' : '/') + segments.map(encodeURIComponent).join('/')
  })
}

/** A value as text; dates in the format of the convertor `datetime`. */
export function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

/**
 * The pairs of a query or a form, in the format that operations parse. A list repeats its name, a nested
 * object has its names in brackets, and undefined values are omitted. Operations do not parse lists of objects:
 * such a list is sent as texts, which its schema refuses.
 */
export function pairsOf(given: object, outer = ''): [name: string, value: string | Blob][] {
  return Object.entries(given).flatMap(([key, value]) => {
    const name = outer ? `${outer}[${key}]` : key
    return [value].flat().flatMap((item): [string, string | Blob][] => {
      if (item === undefined) return []
      if (value?.constructor === Object) return pairsOf(value, name)
      return [[name, item instanceof Blob ? item : textOf(item)]]
    })
  })
}
