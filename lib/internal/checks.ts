/**
 * Checks arguments. All errors have the form `<where>: <what is wrong>, <what was given>. <what to do>.`
 */

/**
 * Checks an argument.
 *
 * The texts are built on every call. Therefore functions that run on each request check a condition first,
 * and throw `invalid(…)`.
 *
 * @param where The function or class as users call it, such as `cors`.
 * @param holds Whether the argument is valid.
 * @param what The rule, such as `origins must be a list`.
 * @param given The argument. The message shows a short form of it, so it must not be a secret.
 * @param fix How to correct it, as one sentence without the full stop.
 * @throws TypeError if the argument is invalid.
 * @example
 * const onError: unknown = 'log'
 * try {
 *   check('jwt', typeof onError === 'function', 'onError must be a function', onError, 'Write (error) => log(error)')
 * } catch (error) {
 *   console.log((error as Error).message)
 * }
 * // jwt: onError must be a function, "log" was given. Write (error) => log(error).
 */
export function check(
  where: string,
  holds: boolean,
  what: string,
  given: unknown,
  fix: string,
): asserts holds {
  if (!holds) throw invalid(where, what, given, fix)
}

/**
 * Checks a number, or another argument that must be in a range.
 *
 * @throws RangeError if the argument is invalid.
 */
export function checkRange(
  where: string,
  holds: boolean,
  what: string,
  given: unknown,
  fix: string,
): asserts holds {
  if (!holds) throw outOfRange(where, what, given, fix)
}

/** @throws TypeError if an option is neither unset nor a function. */
export function checkFunction(where: string, name: string, given: unknown, fix: string): void {
  const isFunction = given === undefined || typeof given === 'function'
  check(where, isFunction, `${name} must be a function`, given, fix)
}

/** @throws RangeError if a value is not a number from `least` to `most`. */
export function checkNumber(
  where: string,
  name: string,
  given: unknown,
  least: number,
  most: number = 2 ** 31 - 1,
): void {
  const isFit = typeof given === 'number' && given >= least && given <= most
  const what = `${name} must be a number from ${least} to ${most}`
  checkRange(where, isFit, what, given, 'Leave it out for the default')
}

/** @throws RangeError if a limit is not a number greater than 0. */
export function checkLimits(where: string, limits: Readonly<Record<string, number>>): void {
  for (const [name, limit] of Object.entries(limits)) {
    const what = `${name} must be a number greater than 0`
    checkRange(where, limit >= 1, what, limit, 'Use Infinity for no limit')
  }
}

/** Makes the error of `check`, for checks that are not a condition. */
export function invalid(where: string, what: string, given: unknown, fix: string): TypeError {
  return new TypeError(`${where}: ${what}, ${shown(given)} was given. ${fix}.`)
}

/** Makes the error of `checkRange`. */
export function outOfRange(where: string, what: string, given: unknown, fix: string): RangeError {
  return new RangeError(`${where}: ${what}, ${shown(given)} was given. ${fix}.`)
}

const MOST_CHARACTERS = 100
const MOST_ITEMS = 10

/**
 * Describes a value in a sentence. Text is quoted and shortened to 100 characters. Lists are shortened to
 * ten items. Of other objects only the class is shown, because their contents may be secret.
 *
 * @example
 * shown('a "b"') // '"a \\"b\\""'
 * shown([1, null, 'x']) // '[1, null, "x"]'
 * shown(new Map()) // 'an object (Map)'
 */
export function shown(value: unknown): string {
  if (!Array.isArray(value)) return shownItem(value)
  const items = value.slice(0, MOST_ITEMS).map(shownItem)
  return `[${items.join(', ')}${value.length > MOST_ITEMS ? ', …' : ''}]`
}

function shownItem(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(
      value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value,
    )
  }
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (value instanceof globalThis.Response) return 'a fetch Response'
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' && name !== 'Object'
    ? `an object (${name})`
    : 'an object'
}
