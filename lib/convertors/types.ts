/** The interface between the router and a convertor. */

/** A convertor, with the properties that the router uses. */
export interface Convertor {
  readonly name: string
  /** The value of the whole text, or undefined if the text is invalid. */
  readonly parse: (text: string) => unknown
  /** Converts a value to text; throws if it is invalid. */
  readonly toText: (value: unknown) => string
  /** Whether the text may contain this character. */
  readonly allows: (character: string) => boolean
  /** Whether the text may contain "/". */
  readonly slashes: boolean
  /** Whether the text may be empty. */
  readonly empty: boolean
  /** Whether the text may have a fraction: a point and more allowed characters. */
  readonly fraction?: boolean
  /** The form of valid texts, if not every sequence of allowed characters is valid. */
  readonly form?: Form
  /** Whether the same text always gives the same, immutable value. */
  readonly pure: boolean
}

/** A form that only a test of the whole text can check, such as that of a date or a UUID. */
export interface Form {
  readonly fits: (text: string) => boolean
  /** The minimum and maximum length. */
  readonly lengths: readonly [number, number]
  /** The maximum number of tests for one path; a path that would need more does not match. */
  readonly tests: number
}
