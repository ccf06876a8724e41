/** Convertors: they check the text of a path parameter, and convert it to a value and back. */

import { addConvertor, refuse } from './convertors/builtins.ts'
import { assertFastPattern } from './convertors/patterns.ts'
import { shown } from './internal/checks.ts'

export { convertorNamed, convertorNames } from './convertors/builtins.ts'

/** The built-in convertors and their values; declare your own by declaration merging. */
export interface Convertors {
  str: string
  int: number
  /** Up to 100 digits, without a sign. */
  bigint: bigint
  float: number
  uuid: string
  path: string
  /** An existing date, as text: `2026-01-31`. */
  date: string
  /** A time of RFC 3339 with its offset: `2026-01-31T12:00:00+01:00`. */
  datetime: Date
}

/**
 * A custom convertor.
 *
 * @example
 * declare module 'stellula/convertors' {
 *   interface Convertors { day: Date }
 * }
 * registerConvertor('day', {
 *   pattern: /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
 *   convert: (text) => new Date(`${text}T00:00:00Z`),
 *   toText: (date) => date.toISOString().slice(0, 10),
 * })
 */
export interface ConvertorOptions<Value> {
  /**
   * Pattern for the whole text of the parameter. Anchors are added; allowed flags are i, s and u. It must
   * be safe from slow matching: no repetition, option or alternative within a repeated group, no
   * look-around, no back-reference, at most three open repetitions over 256 characters.
   *
   * If parameters are adjacent, as in `/{a}{b:day}{c:path}`, a path can be split in many ways. A request
   * tries the pattern at most 4,096 times, or fewer if it is slow. After that, the route does not match.
   */
  pattern: RegExp
  /** Converts the text; if it throws or returns undefined, the path does not match. */
  convert(text: string): Value | undefined
  /** Converts a value to text for a URL; throws for a value that `convert` would not accept. */
  toText(value: Value): string
  /** Maximum length in characters; longer texts do not match (256). */
  maxLength?: number
  /** Whether the text may contain "/" where the pattern allows it (false). */
  slashes?: boolean
}

/**
 * Registers a convertor for all routes that are created afterwards.
 *
 * @throws TypeError if the name is invalid in a path, the pattern could be slow, or it has other flags than
 * i, s and u.
 */
export function registerConvertor<Name extends string>(
  name: Name,
  options: ConvertorOptions<Name extends keyof Convertors ? Convertors[Name] : unknown>,
): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new TypeError(
      `registerConvertor: a name must consist of letters, digits and "_", ${shown(name)} was given. Choose one that fits into {parameter:name}.`,
    )
  }
  const { pattern, maxLength = 256, slashes = false } = options
  if (/[^isu]/.test(pattern.flags)) {
    throw new TypeError(
      `registerConvertor: the pattern of "${name}" may have the flags i, s and u, ${pattern} was given. Remove the others.`,
    )
  }
  assertFastPattern(name, pattern.source, maxLength)
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags)
  const fits = (text: string): boolean =>
    text.length <= maxLength && (slashes || !text.includes('/')) && whole.test(text)
  const parse = (text: string): unknown =>
    fits(text) ? attempt(() => options.convert(text)) : undefined
  addConvertor({
    name,
    slashes,
    empty: whole.test(''),
    pure: false,
    form: {
      fits,
      lengths: [0, maxLength],
      tests: mostTests(pattern.source, maxLength),
    },
    allows: slashes ? () => true : (character) => character !== '/',
    parse,
    toText: (value) => {
      // The type of `toText` declares which values it accepts.
      const text = options.toText(value as never)
      if (parse(text) === undefined) refuse(name, value, `one that ${pattern} and convert() accept`)
      return text
    },
  })
}

/** The maximum number of tests: fewer for a slow pattern, in which every open repetition tries each length. */
function mostTests(source: string, maxLength: number): number {
  const open = source.match(/[*+]|\{[0-9]+,/g)?.length ?? 0
  return Math.max(4, Math.min(2 ** 12, 2 ** 22 / maxLength ** open))
}

function attempt(convert: () => unknown): unknown {
  try {
    return convert()
  } catch {
    return undefined
  }
}
