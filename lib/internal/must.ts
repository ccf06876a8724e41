/** Checks of arguments; all errors have the form `<where>: <what is wrong>, <what was given>. <what to do>.` */

/**
 * Checks an argument.
 *
 * Texts are built on every call, so functions that run on each request test first and throw `wrong(…)`.
 *
 * @param where The function or class as users call it, such as `cors`.
 * @param holds Whether the argument is valid.
 * @param what The rule, such as `origins must be a list`.
 * @param given The argument, of which the message shows a short form. Not for secrets.
 * @param fix What to write instead, as one sentence without the full stop.
 * @throws TypeError if the argument is invalid.
 * @example
 * const onError: unknown = 'log'
 * try {
 *   must('jwt', typeof onError === 'function', 'onError must be a function', onError, 'Write (error) => log(error)')
 * } catch (error) {
 *   console.log((error as Error).message)
 * }
 * // jwt: onError must be a function, "log" was given. Write (error) => log(error).
 */
export function must(
  where: string,
  holds: boolean,
  what: string,
  given: unknown,
  fix: string,
): asserts holds {
  if (!holds) throw wrong(where, what, given, fix)
}

/**
 * Checks a number, or another argument that must be in a range.
 *
 * @throws RangeError if the argument is invalid; otherwise as `must`.
 */
export function mustRange(
  where: string,
  holds: boolean,
  what: string,
  given: unknown,
  fix: string,
): asserts holds {
  if (!holds) throw outOfRange(where, what, given, fix)
}

/** The error of `must`, for checks that end in another way than a condition. */
export function wrong(where: string, what: string, given: unknown, fix: string): TypeError {
  return new TypeError(`${where}: ${what}, ${shown(given)} was given. ${fix}.`)
}

/** The error of `mustRange`. */
export function outOfRange(where: string, what: string, given: unknown, fix: string): RangeError {
  return new RangeError(`${where}: ${what}, ${shown(given)} was given. ${fix}.`)
}

const MOST_CHARACTERS = 100
const MOST_ITEMS = 10

/**
 * A value as a part of a sentence: text quoted and shortened to 100 characters, lists by their first
 * ten items, other objects by their class alone, since their contents may be secret.
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
