/** Finds the intended name for a mistyped one. */

/** Returns the name that needs the fewest changes, if these are at most a third of its letters. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((other) => ({ other, changes: distance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((one, two) => one.changes - two.changes)
  const [best] = ranked
  if (best === undefined) return undefined
  return best.changes <= Math.max(1, Math.floor(best.other.length / 3)) ? best.other : undefined
}

/** Returns the number of letters to insert, delete or replace (Levenshtein). */
export function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...one.slice(0, 100)].entries()) {
    const line = [row + 1]
    for (let column = 0; column < other.length; column++) {
      const replaced = (before[column] ?? 0) + (letter === other[column] ? 0 : 1)
      line.push(Math.min(replaced, (before[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    before = line
  }
  return before.at(-1) ?? 0
}
