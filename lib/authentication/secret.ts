/** A secret that logs, JSON and debuggers do not show. */
import { check } from '../internal/checks.ts'

const HIDDEN = '[secret]'

/** A text that is only shown by `reveal()`. */
export interface Secret {
  /** The text itself. */
  reveal(): string
  /** Whether another text is equal. The time depends only on the length of that text. */
  equals(other: string): boolean
  toString(): string
  toJSON(): string
}

/**
 * Hides a text, such as a key from the environment, from logs, JSON and debuggers.
 *
 * @throws TypeError if it is not a text, or empty: an environment variable may be missing.
 * @example
 * const key = secret('correct horse')
 * console.log(`${key}`, JSON.stringify({ key })) // [secret] {"key":"[secret]"}
 * console.log(key.equals('correct horse')) // true
 */
export function secret(text: string): Secret {
  const isText = typeof text === 'string' && text !== ''
  check('secret', isText, 'it takes a text that is not empty', typeof text, 'Check the environment')
  return new HiddenText(text)
}

class HiddenText implements Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  equals(other: string): boolean {
    const own = this.#text
    let differences = own.length ^ other.length
    for (let index = 0; index < other.length; index++) {
      differences |= own.charCodeAt(index % own.length) ^ other.charCodeAt(index)
    }
    return differences === 0
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  /** The text that Node's `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN
  }
}
