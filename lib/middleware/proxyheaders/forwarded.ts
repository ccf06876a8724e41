/** Reads the `Forwarded` field (RFC 7239). */

/** What one proxy tells of the request that it got. */
export type ForwardedElement = ReadonlyMap<string, string>

// A value is a token or a quoted text; colons and brackets are taken without quotes too, as sent by many.
const PAIR =
  /[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:([!#$%&'*+\-.^_`|~0-9A-Za-z:[\]]+)|"((?:[^"\\]|\\.)*)")[ \t]*([;,]|$)/y
const EMPTY = /[ \t]*([;,]|$)/y

/**
 * The elements of the field, those of the last proxy last; undefined when it cannot be read.
 *
 * A parameter that comes twice in one element makes it unreadable: two readers would take two values.
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
