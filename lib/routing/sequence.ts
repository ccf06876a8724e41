/** Matches a sequence of literals and parameters against a text in linear time. */
import { isParam, type Param, type Token } from './tokens.ts'

/**
 * The texts of the parameters, or undefined when the sequence does not fit the whole text.
 *
 * Each parameter, from the left, takes as much as its characters allow while the rest still fits,
 * as a regular expression would; but where an expression like `^([^/]+)-([^/]+)$` tries out every
 * way to cut the text (64 KB of "-" take minutes), this goes over the text once per token.
 */
export function matchSequence(tokens: readonly Token[], text: string): string[] | undefined {
  if (!fitsEnds(tokens, text)) return undefined
  const reach = reachable(tokens, text)
  if (reach[0]?.[0] !== 1) return undefined
  const values: string[] = []
  let position = 0
  tokens.forEach((token, index) => {
    if (!isParam(token)) {
      position += token.length
      return
    }
    const end = longestEnd(token, text, position, reach[index + 1])
    values.push(text.slice(position, end))
    position = end
  })
  return values
}

/** Spares the work for the many texts that fail at their first or last literal. */
function fitsEnds(tokens: readonly Token[], text: string): boolean {
  const [first] = tokens
  const last = tokens.at(-1)
  return (
    (typeof first !== 'string' || text.startsWith(first)) &&
    (typeof last !== 'string' || text.endsWith(last))
  )
}

/** For each token the positions from where it and all that follows reach the end of the text. */
function reachable(tokens: readonly Token[], text: string): Uint8Array[] {
  const end: Uint8Array = new Uint8Array(text.length + 1)
  end[text.length] = 1
  const reach = [end]
  for (let index = tokens.length - 1; index >= 0; index--) {
    const [next = end] = reach
    const token = tokens[index] ?? ''
    reach.unshift(
      isParam(token) ? beforeParam(token, text, next) : beforeLiteral(token, text, next),
    )
  }
  return reach
}

function beforeLiteral(literal: string, text: string, next: Uint8Array): Uint8Array {
  const reach = new Uint8Array(text.length + 1)
  for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) {
    if (next[at + literal.length] === 1) reach[at] = 1
  }
  return reach
}

function beforeParam({ convertor }: Param, text: string, next: Uint8Array): Uint8Array {
  const reach = new Uint8Array(text.length + 1)
  let runEnd = text.length
  let nearest = -1 // the nearest position after this one from which the rest fits
  for (let at = text.length; at >= 0; at--) {
    if (at < text.length && !convertor.allows(text.charAt(at))) runEnd = at
    if (nearest >= 0 && nearest <= runEnd) reach[at] = 1
    if (next[at] === 1) {
      nearest = at
      if (convertor.empty) reach[at] = 1
    }
  }
  return reach
}

function longestEnd(
  { convertor }: Param,
  text: string,
  start: number,
  next: Uint8Array | undefined,
): number {
  let longest = start
  for (let end = start; end <= text.length; end++) {
    if (next?.[end] === 1 && (end > start || convertor.empty)) longest = end
    if (!convertor.allows(text.charAt(end))) break
  }
  return longest
}
