/** Selects the media types that a client accepts (RFC 9110 section 12.5.1). */
import { type MediaType, parseMediaType } from './mediatypes.ts'
import { rank, type WeightedRange } from './ranking.ts'
import { readWeight } from './weights.ts'

/** An element of `Accept`: `text/html;level=1`, `text/*`, or the range of all types. */
interface MediaRange extends WeightedRange {
  readonly type: string
  readonly params: readonly (readonly [name: string, value: string])[]
}

/** Up to the next comma that is outside of quotes. */
const ELEMENT = /[^,"]*(?:"(?:[^"\\]|\\.)*"?[^,"]*)*/y

/** A range is more specific the more parameters it has. No range has this many. */
const MOST_PARAMS = 100

/**
 * Returns the offered types that the client accepts, best first.
 *
 * The most specific range that includes a type gives its weight, and a weight of 0 excludes the type.
 * Types with the same weight are sorted by the specificity of their range, then by its position in the
 * field, then by their position in the offer. A missing or empty field accepts all types.
 *
 * @param accept The value of `Accept`, with several fields joined by commas.
 * @param offered Media types, which may have parameters.
 * @example
 * preferredTypes('text/html, *\/*;q=0.8', ['application/json', 'text/html']) // ['text/html', 'application/json']
 * preferredTypes('text/*, text/plain;q=0', ['text/plain']) // []
 */
export function preferredTypes<Type extends string>(
  accept: string,
  offered: readonly Type[],
): readonly Type[] {
  if (accept.trim() === '') return offered
  return rank(offered, parseRanges(accept), (offer) => {
    const type = parseMediaType(offer)
    return (range) => specificityOf(range, type)
  })
}

/**
 * Returns 0 for the range of all types, more for a type, its subtype and each parameter, or -1 if the type
 * is outside of the range.
 */
function specificityOf({ type, params }: MediaRange, offered: MediaType): number {
  const main = offered.type.slice(0, offered.type.indexOf('/') + 1)
  const level = [`*/*`, `${main}*`, offered.type].indexOf(type)
  const fits = params.every(
    ([name, value]) => offered.params?.get(name)?.toLowerCase() === value.toLowerCase(),
  )
  return level >= 0 && fits ? level * MOST_PARAMS + params.length : -1
}

/** Parses the ranges. Invalid elements are left out. */
function parseRanges(accept: string): readonly MediaRange[] {
  const ranges: MediaRange[] = []
  ELEMENT.lastIndex = 0
  while (ELEMENT.lastIndex <= accept.length) {
    const [element = ''] = ELEMENT.exec(accept) ?? []
    const { type, params } = parseMediaType(element)
    if (type !== '' && params !== null) ranges.push(rangeOf(type, [...params]))
    ELEMENT.lastIndex++ // the comma
  }
  return ranges
}

/** Makes a range. Parameters after the weight do not belong to the type. */
function rangeOf(type: string, params: readonly (readonly [string, string])[]): MediaRange {
  const end = params.findIndex(([name]) => name === 'q')
  if (end < 0) return { type, params: params.slice(0, MOST_PARAMS - 1), weight: 1 }
  const weight = readWeight(`q=${params[end]?.[1] ?? ''}`)
  return { type, params: params.slice(0, Math.min(end, MOST_PARAMS - 1)), weight }
}
