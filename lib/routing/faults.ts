/** Errors that point at the place in a path where it is wrong. */

/** Throws with the path and a mark under the fault. */
export function fail(
  where: string,
  path: string,
  index: number,
  what: string,
  fix: string,
  length = 1,
): never {
  const mark = ' '.repeat(Math.max(index, 0)) + '^'.repeat(length)
  throw new TypeError(`${where}: ${what}, in "${path}". ${fix}\n\n  ${path}\n  ${mark}`)
}
