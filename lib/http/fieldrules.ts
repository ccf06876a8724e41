/** The rules of header fields in words. */

/** What a name is, for error messages. */
export const NAME_RULE = "a name must consist of letters, digits and !#$%&'*+-.^_`|~"

/** What the value of a field is, for error messages. */
export function valueRule(name: string): string {
  return `the value of "${name}" must be latin-1 text without control characters`
}
