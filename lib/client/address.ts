/** Writes what a request says by its URL: parameters of the path, and the query. */

const PARAM = /\{(\w+):?(\w*)\}|\/:(\w+)(\??)|\/(\*)$/g

/**
 * The path with its parameters, percent-encoded. Slashes stay in `{name:path}` and `*` only.
 *
 * @throws TypeError for a parameter that is missing, or would lead to another path.
 */
export function pathOf(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(PARAM, (_all, brace, kind, colon, optional, star) => {
    const name: string = brace ?? colon ?? star
    const value = params[name]
    if (value === undefined && optional) return ''
    const segments = kind === 'path' || star ? textOf(value).split('/') : [textOf(value)]
    if (value === undefined || segments.some((segment) => /^\.{0,2}$/.test(segment))) {
      throw new TypeError(
        `client: the parameter ${name} must be a segment of a path, ${JSON.stringify(value)} was given. Pass params: { ${name} }.`,
      )
    }
    return (brace ? '' : '/') + segments.map(encodeURIComponent).join('/')
  })
}

/** A value as text; dates as the convertor `datetime` reads them. */
export function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

/**
 * The pairs of a query or a form, as operations read them: a list repeats its name, an object within has
 * its names in brackets, and what is undefined is left out.
 */
export function pairsOf(given: object, outer = ''): [name: string, value: string | Blob][] {
  return Object.entries(given).flatMap(([key, value]) => {
    const name = outer ? `${outer}[${key}]` : key
    return [value].flat().flatMap((item): [string, string | Blob][] => {
      if (item === undefined) return []
      if (item?.constructor === Object) return pairsOf(item, name)
      return [[name, item instanceof Blob ? item : textOf(item)]]
    })
  })
}
