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

/** The list, begun at another place, so that nobody is always first. */
export function rotate<Item>(items: Item[], by: number): Item[] {
  const start = items.length === 0 ? 0 : by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
