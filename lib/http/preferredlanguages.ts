/** Selects the languages that a client prefers (RFC 9110 section 12.5.4, RFC 4647). */
import { rank, type WeightedRange } from './ranking.ts'
import { readWeight } from './weights.ts'

interface LanguageRange extends WeightedRange {
  /** In lower case: `de-ch`, `*`. */
  readonly range: string
}

const RANGE = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*|\*)$/

/** A length that no range in a header can have. */
const NAMED = 100_000

/**
 * Returns the offered languages that the client accepts, best first.
 *
 * A range includes its own tag and longer ones: `de` includes `de-AT` (basic filtering). If no range
 * includes a tag, a longer range matches it: the range `de-AT` matches the tag `de` (lookup). A range with
 * a weight of 0 excludes the languages that it includes. A missing or empty field accepts all languages.
 *
 * @param accept The value of `Accept-Language`, with several fields joined by commas.
 * @param offered Language tags, such as `en` or `pt-BR`.
 * @example
 * preferredLanguages('de-CH, fr;q=0.5', ['en', 'fr', 'de']) // ['de', 'fr']
 */
export function preferredLanguages<Tag extends string>(
  accept: string,
  offered: readonly Tag[],
): readonly Tag[] {
  if (accept.trim() === '') return offered
  return rank(offered, parseRanges(accept), (offer) => {
    const tag = offer.toLowerCase()
    return (range) => specificityOf(tag, range)
  })
}

/**
 * Returns 0 for `*`, more if a longer range matches the tag, most if the range includes it, otherwise -1.
 */
function specificityOf(tag: string, { range, weight }: LanguageRange): number {
  if (range === '*') return 0
  if (`${tag}-`.startsWith(`${range}-`)) return NAMED + range.length
  // A client that excludes `de-CH` does not exclude `de`.
  const isShortened = weight > 0 && range.startsWith(`${tag}-`)
  return isShortened ? tag.length : -1
}

function parseRanges(accept: string): readonly LanguageRange[] {
  return accept.split(',').flatMap((element) => {
    const [name = '', param] = element.split(';')
    const range = name.trim().toLowerCase()
    if (!RANGE.test(range)) return []
    return [{ range, weight: param === undefined ? 1 : readWeight(param) }]
  })
}
