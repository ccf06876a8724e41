/** Selects the languages that a client prefers (RFC 9110 section 12.5.4, RFC 4647). */
import { readWeight } from './weights.ts'

interface LanguageRange {
  /** In lower case: `de-ch`, `*`. */
  readonly range: string
  readonly weight: number
}

/** How well a language matches: the weight of the range that matches it best. */
interface Fit {
  readonly weight: number
  readonly specificity: number
  /** The position of the range in the field. */
  readonly place: number
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
  const ranges = parseRanges(accept)
  return offered
    .map((tag) => ({ tag, fit: bestFit(tag.toLowerCase(), ranges) }))
    .filter(({ fit }) => fit !== undefined && fit.weight > 0)
    .sort((one, other) => (one.fit && other.fit ? compare(one.fit, other.fit) : 0))
    .map(({ tag }) => tag)
}

function compare(one: Fit, other: Fit): number {
  return other.weight - one.weight || other.specificity - one.specificity || one.place - other.place
}

function bestFit(tag: string, ranges: readonly LanguageRange[]): Fit | undefined {
  let best: Fit | undefined
  for (const [place, { range, weight }] of ranges.entries()) {
    const specificity = specificityOf(tag, range, weight)
    if (specificity < (best?.specificity ?? 0)) continue
    // Of equal ranges the greatest weight is used.
    if (best?.specificity === specificity && best.weight > weight) continue
    best = { weight, specificity, place }
  }
  return best
}

/**
 * Returns 0 for `*`, more if a longer range matches the tag, most if the range includes it, otherwise -1.
 */
function specificityOf(tag: string, range: string, weight: number): number {
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
