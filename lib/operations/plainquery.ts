/** Reads plain queries, without the list of pairs that the general way makes of them. */
import type { Members } from './coercion.ts'
import { coercedAll, set } from './texts.ts'

/** Longer queries are left to the general way. */
const MOST_PAIRS = 32

/** What a name may have that must be decoded, or names an object or a list. */
const UNPLAIN = /[%+[]/

/**
 * What `objectOf(new URLSearchParams(query), members)` gives, in a third of its time; undefined for a
 * query whose names are encoded, have brackets or occur again, and for one that is not valid UTF-8.
 */
export function plainQuery(
  query: string,
  members: Members | undefined,
): Record<string, unknown> | undefined {
  if (query.startsWith('?') || !query.isWellFormed()) return undefined
  const object: Record<string, unknown> = {}
  let [start, pairs] = [0, 0]
  while (start < query.length) {
    const ampersand = query.indexOf('&', start)
    const end = ampersand < 0 ? query.length : ampersand
    if (
      end > start &&
      (++pairs > MOST_PAIRS || !takePair(object, query.slice(start, end), members))
    )
      return undefined
    start = end + 1
  }
  return object
}

/** Whether the pair was a plain one. */
function takePair(
  object: Record<string, unknown>,
  pair: string,
  members: Members | undefined,
): boolean {
  const equals = pair.indexOf('=')
  const name = equals < 0 ? pair : pair.slice(0, equals)
  if (name in object || UNPLAIN.test(name)) return false
  const text = equals < 0 ? '' : decoded(pair.slice(equals + 1))
  if (text === undefined) return false
  set(object, name, coercedAll([text], members?.byName.get(name) ?? members?.others))
  return true
}

/** Undefined if the encoding is invalid, of which each parser makes something else. */
function decoded(text: string): string | undefined {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
