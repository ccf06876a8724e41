/** What the router knows of a convertor. */

/** A convertor as the router uses it. */
export interface Convertor {
  readonly name: string
  /** The value of the whole text, or undefined if the text is invalid. */
  readonly parse: (text: string) => unknown
  /** Writes a value; throws if it is invalid. */
  readonly toText: (value: unknown) => string
  /** Whether the text may contain this character. */
  readonly allows: (character: string) => boolean
  /** Whether the text may contain "/". */
  readonly slashes: boolean
  /** Whether the text may be empty. */
  readonly empty: boolean
  /** Whether the text may have a fraction: a point and more characters. */
  readonly fraction?: boolean
  /** The form of valid texts, if not every sequence of allowed characters is valid. */
  readonly form?: Form
  /** Whether the same text always gives the same, immutable value. */
  readonly pure: boolean
}

/** A form that only a test of the whole text can check, as for a date or a UUID. */
export interface Form {
  readonly fits: (text: string) => boolean
  /** The minimum and maximum length. */
  readonly lengths: readonly [number, number]
  /** The most texts tested for one path; a path that would need more does not match. */
  readonly tests: number
}
