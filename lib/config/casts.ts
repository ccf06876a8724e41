/** Casts: functions that convert the text of a variable to a value. */

/** Converts a text to a value, or throws. The function's name appears in error messages. */
export type Cast<Value> = (text: string) => Value

/** `true`, `1`, `false` or `0`, in any case. @throws TypeError if the text is another. */
export function boolean(text: string): boolean {
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === '1') return true
  if (lower === 'false' || lower === '0') return false
  throw new TypeError('It must be true, 1, false or 0.')
}

/** A whole number that a double holds exactly. @throws TypeError if the text is another. */
export function integer(text: string): number {
  const value = Number(text)
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new TypeError('It must be a whole number.')
}

/** A decimal number. @throws TypeError if the text is another. */
export function number(text: string): number {
  const value = Number(text)
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(value))
    return value
  throw new TypeError('It must be a number.')
}

/**
 * An absolute URL. @throws TypeError if the text is invalid; the error omits the text, which may contain a
 * password.
 */
export function url(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw new TypeError('It must be an absolute URL.')
  }
}

/**
 * A list of texts, separated by commas. Spaces around an item are removed, and empty items are omitted.
 * Commas within quotes do not separate, and a backslash makes the next character literal.
 *
 * @throws TypeError if a quote is not closed.
 * @example
 * commaSeparated('a.example, "b, c"') // ['a.example', 'b, c']
 */
export function commaSeparated(text: string): readonly string[] {
  const items = ['']
  let quote = ''
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    const isEscape = character === '\\' && quote !== "'"
    if (isEscape) append(items, text.charAt(++index))
    else if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (quote === '' && character === ',') items.push('')
    else append(items, character)
  }
  if (quote !== '') throw new TypeError('It must close each quote.')
  return items.map((item) => item.trim()).filter((item) => item !== '')
}

function append(items: string[], character: string): void {
  items.push(`${items.pop()}${character}`)
}
