/** Spaces and tabs, the optional whitespace of header fields (RFC 9110 section 5.6.3). */

/**
 * Removes spaces and tabs at both ends, and no other whitespace, which `trim` would remove too.
 * A regular expression would backtrack at each inner space.
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
