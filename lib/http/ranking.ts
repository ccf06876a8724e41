/** Ranks what a server offers by the ranges that a client accepts (RFC 9110 section 12.5). */

/** An element of a field such as `Accept`. */
export interface WeightedRange {
  /** From 0, which excludes what the range includes, to 1. */
  readonly weight: number
}

/** How well an offer matches: the weight of the range that matches it best. */
interface Fit {
  readonly weight: number
  readonly specificity: number
  /** The position of the range in the field. */
  readonly position: number
}

/**
 * Returns the accepted offers, best first: by weight, then by the specificity of the range, then by its
 * position in the field, then by their own order.
 *
 * @param specificityFor Returns a function that tells how specifically a range includes the offer: 0 or
 * more, or -1 if it does not.
 */
export function rank<Offer, Range extends WeightedRange>(
  offered: readonly Offer[],
  ranges: readonly Range[],
  specificityFor: (offer: Offer) => (range: Range) => number,
): readonly Offer[] {
  return offered
    .flatMap((offer) => {
      const fit = bestFit(ranges, specificityFor(offer))
      return fit !== undefined && fit.weight > 0 ? [{ offer, fit }] : []
    })
    .sort((one, other) => compare(one.fit, other.fit))
    .map(({ offer }) => offer)
}

function bestFit<Range extends WeightedRange>(
  ranges: readonly Range[],
  specificityOf: (range: Range) => number,
): Fit | undefined {
  let best: Fit | undefined
  for (const [position, range] of ranges.entries()) {
    const specificity = specificityOf(range)
    if (specificity < (best?.specificity ?? 0)) continue
    // Of equal ranges the greatest weight is used.
    if (best?.specificity === specificity && best.weight > range.weight) continue
    best = { weight: range.weight, specificity, position }
  }
  return best
}

function compare(one: Fit, other: Fit): number {
  return (
    other.weight - one.weight ||
    other.specificity - one.specificity ||
    one.position - other.position
  )
}
