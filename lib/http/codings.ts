/** Content codings: which of them a client accepts and prefers (RFC 9110 section 12.5.3). */

import { readWeight } from './weights.ts'

/** A content coding by its registered name. */
export type Coding = 'br' | 'zstd' | 'gzip'

/**
 * Returns the offered codings that the client prefers to `identity`, or equally, best first.
 *
 * Codings of equal weight keep the order of the offer.
 *
 * @param accept The value of `Accept-Encoding`, with several fields joined by commas.
 * @example
 * preferredCodings('gzip;q=0.8, br', ['br', 'zstd', 'gzip']) // ['br', 'gzip']
 * preferredCodings('gzip;q=0, *', ['gzip']) // []
 */
export function preferredCodings(accept: string, offered: readonly Coding[]): readonly Coding[] {
  if (accept === '') return []
  const weights = parseWeights(accept)
  const others = weights.get('*')
  const weightOf = (coding: string): number => weights.get(coding) ?? others ?? 0
  // `identity` is always acceptable, but it is preferred only if the field mentions it.
  const least = weights.get('identity') ?? others ?? 0
  return offered
    .filter((coding) => weightOf(coding) > 0 && weightOf(coding) >= least)
    .sort((one, other) => weightOf(other) - weightOf(one))
}

/** Reads the weights. The first mention of a coding is used; an invalid weight counts as 0. */
function parseWeights(accept: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const element of accept.split(',')) {
    const [name = '', ...params] = element.split(';')
    const coding = name
      .trim()
      .toLowerCase()
      .replace(/^x-gzip$/, 'gzip')
    if (coding === '' || weights.has(coding)) continue
    const [weight] = params
    weights.set(coding, weight === undefined ? 1 : readWeight(weight))
  }
  return weights
}
