// Which one number stands for many noisy ones?

/** Interpolated between neighbours; a fraction of 0 is the least value, 1 the greatest. */
export function quantile(values: number[], fraction: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  const position = (sorted.length - 1) * fraction
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}

export function median(values: number[]): number {
  return quantile(values, 0.5)
}

/** Sets that disagree by less are usual on a quiet machine. */
const USUAL_SPREAD = 1.15

/** Whether sets of processes disagree on a ratio by more than it differs from 1, so that it says nothing. */
export function isRough(ofSets: readonly number[], ratio: number): boolean {
  const measured = ofSets.filter(Number.isFinite)
  const effect = Math.max(ratio, 1 / ratio, USUAL_SPREAD)
  return Math.max(...measured) / Math.min(...measured) > effect
}

/** The list, begun at another place, so that nobody is always first. */
export function rotate<Item>(items: Item[], by: number): Item[] {
  const start = items.length === 0 ? 0 : by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
