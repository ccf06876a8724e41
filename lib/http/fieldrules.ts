/** The rules of header fields in words, for error messages, and the removal of blanks. */

/** The rule for names, for error messages. */
export const NAME_RULE = "a name must consist of letters, digits and !#$%&'*+-.^_`|~"

/** Returns the rule for the value of a field, for error messages. */
export function valueRule(name: string): string {
  return `the value of "${name}" must be latin-1 text without control characters`
}

/**
 * Removes spaces and tabs, the optional whitespace of fields (RFC 9110 section 5.6.3), at both ends.
 * `trim` would remove other whitespace too, and a regular expression would backtrack at each inner space.
 */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (isBlank(text, start)) start++
  while (end > start && isBlank(text, end - 1)) end--
  return text.slice(start, end)
}

function isBlank(text: string, index: number): boolean {
  return text[index] === ' ' || text[index] === '\t'
}
