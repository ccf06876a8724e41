/** Content codings: which of them a client takes, and likes best (RFC 9110 section 12.5.3). */

import { readWeight } from './weights.ts'

/** A content coding by its registered name: Brotli, Zstandard or gzip. */
export type Coding = 'br' | 'zstd' | 'gzip'

/**
 * Those of the offered codings that the client likes at least as much as plain bytes, best first.
 *
 * Where the client does not care, the order of the offer counts.
 *
 * @param accept The value of `Accept-Encoding`; several fields are joined by commas.
 * @example
 * preferredCodings('gzip;q=0.8, br', ['br', 'zstd', 'gzip']) // ['br', 'gzip']
 * preferredCodings('gzip;q=0, *', ['gzip']) // []
 */
export function preferredCodings(accept: string, offered: readonly Coding[]): readonly Coding[] {
  if (accept === '') return []
  const weights = parseWeights(accept)
  const others = weights.get('*')
  const weightOf = (coding: string): number => weights.get(coding) ?? others ?? 0
  // Plain bytes are always good enough, but nobody asks for them by saying nothing.
  const least = weights.get('identity') ?? others ?? 0
  return offered
    .filter((coding) => weightOf(coding) > 0 && weightOf(coding) >= least)
    .sort((one, other) => weightOf(other) - weightOf(one))
}

/** The first mention of a coding counts; a weight that is none makes it unwanted. */
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
