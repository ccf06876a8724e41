/** Reads the `Forwarded` field (RFC 7239). */

/** The parameters that one proxy added for the request that it received. */
export type ForwardedElement = ReadonlyMap<string, string>

// A value is a token or a quoted string; unquoted colons and brackets are accepted, because many proxies
// send them.
const PAIR =
  /[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:([!#$%&'*+\-.^_`|~0-9A-Za-z:[\]]+)|"((?:[^"\\]|\\.)*)")[ \t]*([;,]|$)/y
const EMPTY = /[ \t]*([;,]|$)/y

/**
 * Returns the elements of the field, the last proxy's last, or undefined if it is malformed.
 *
 * A parameter that occurs twice in an element is malformed: two parsers could read different values.
 */
export function parseForwarded(field: string): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = []
  let element = new Map<string, string>()
  let index = 0
  while (index < field.length) {
    PAIR.lastIndex = EMPTY.lastIndex = index
    const pair = PAIR.exec(field)
    const [, name = '', token, quoted = '', end = ''] = pair ?? []
    const empty = pair === null ? EMPTY.exec(field) : null
    if (pair === null && empty === null) return undefined
    if (pair !== null) {
      const key = name.toLowerCase()
      if (element.has(key)) return undefined
      element.set(key, token ?? quoted.replace(/\\(.)/g, '$1'))
    }
    if ((empty?.[1] ?? end) === ',') {
      if (element.size > 0) elements.push(element)
      element = new Map()
    }
    index = pair === null ? EMPTY.lastIndex : PAIR.lastIndex
  }
  if (element.size > 0) elements.push(element)
  return elements
}
