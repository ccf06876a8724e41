// Removes the spaces between the tokens of a line. Lines, indentation and names stay, so that stack traces can be read.
// Of declarations only imports, exports and the first lines of comments change, because people read the others.
import { parse } from 'acorn'

/** Where a space separates two words, or two signs that would become another one. */
const NEEDED = /^(?:[\w$] [\w$#]|\+ \+|- -|\/ \/)$/

/** The text of a module, formatted or not, with the same tokens on the same lines. */
export function withoutSpaces(text) {
  const tokens = []
  parse(text, { ecmaVersion: 'latest', sourceType: 'module', onToken: tokens })
  let result = ''
  let end = 0
  for (const token of tokens) {
    const gap = text.slice(end, token.start)
    const isNeeded = gap !== ' ' || NEEDED.test(text.slice(end - 1, token.start + 1))
    result += (isNeeded ? gap : '') + text.slice(token.start, token.end)
    end = token.end
  }
  return result + text.slice(end)
}

const LINK = /^((?:import|export)(?: type)?) \{(.*)\} from '/gm
const COMMENT = /^(\t*\/\*\*)\n\s*\*(?= )/gm

/** The text of declarations, without spaces in what they import and export again, and with comments that begin at once. */
export function shortDeclarations(text) {
  return text
    .replace(LINK, (_, kind, names) => `${kind}{${names.replaceAll(', ', ',')}}from'`)
    .replace(COMMENT, '$1')
}
