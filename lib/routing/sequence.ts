/** Matches paths that do not fit into the tree, token by token, in linear time. */
import type { Convertor, Form } from '../convertors/types.ts'
import type { Entry } from './entry.ts'
import { isOptional, isParam, type Param, type Token } from './tokens.ts'

/**
 * Returns the texts of the parameters (undefined for a missing one), or undefined if the tokens do not match
 * the whole text.
 *
 * Each parameter, from the left, takes as many characters as it allows while the rest still matches, like a
 * regular expression. But an expression like `^([^/]+)-([^/]+)$` tries every way to split the text: 64 KB of
 * "-" take minutes. This function reads the text once per token.
 */
export function matchSequence(
  tokens: readonly Token[],
  text: string,
): (string | undefined)[] | undefined {
  if (!fitsEnds(tokens, text)) return undefined
  const reach = reachable(tokens, text)
  if (reach[0]?.[0] !== 1) return undefined
  const values: (string | undefined)[] = []
  let position = 0
  tokens.forEach((token, index) => {
    if (!isParam(token)) {
      position += token.length
      return
    }
    const start = token.optional ? position + 1 : position
    const end = longestEnd(token, text, start, reach[index + 1] ?? new Uint8Array())
    const isMissing = token.optional && (end <= start || text.charAt(position) !== '/')
    values.push(isMissing ? undefined : text.slice(start, end))
    if (!isMissing) position = end
  })
  return values
}

/** A cheap first check: most texts already differ in the first or last literal. */
function fitsEnds(tokens: readonly Token[], text: string): boolean {
  const [first] = tokens
  const last = tokens.at(-1)
  return (
    (typeof first !== 'string' || text.startsWith(first)) &&
    (typeof last !== 'string' || text.endsWith(last))
  )
}

/** For each token, the positions from which it and the following tokens match up to the end of the text. */
function reachable(tokens: readonly Token[], text: string): Uint8Array[] {
  const end: Uint8Array = new Uint8Array(text.length + 1)
  end[text.length] = 1
  const reach = [end]
  for (let index = tokens.length - 1; index >= 0; index--) {
    const [next = end] = reach
    const token = tokens[index] ?? ''
    reach.unshift(
      isParam(token)
        ? beforeParam(token, text, next, tokens[index - 1])
        : beforeLiteral(token, text, next),
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

function beforeParam(
  { convertor, optional }: Param,
  text: string,
  next: Uint8Array,
  previous: Token | undefined,
): Uint8Array {
  const before = optional ? '/' : previous
  const present =
    convertor.form === undefined
      ? beforePlain(convertor, text, next)
      : beforeForm(convertor.form, text, next, before)
  return optional ? unionOf(next, beforeLiteral('/', text, present)) : present
}

function beforePlain(convertor: Convertor, text: string, next: Uint8Array): Uint8Array {
  const reach = beforeRun(convertor, text, next)
  if (!convertor.fraction) return reach
  return unionOf(reach, beforeRun(convertor, text, beforeLiteral('.', text, reach)))
}

function unionOf(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((reached, at) => reached || (other[at] ?? 0))
}

function beforeRun({ allows, empty }: Convertor, text: string, next: Uint8Array): Uint8Array {
  const reach = new Uint8Array(text.length + 1)
  let runEnd = text.length
  let nearest = -1 // the nearest position after this one from which the rest fits
  for (let at = text.length; at >= 0; at--) {
    if (at < text.length && !allows(text.charAt(at))) runEnd = at
    if (nearest >= 0 && nearest <= runEnd) reach[at] = 1
    if (next[at] === 1) {
      nearest = at
      if (empty) reach[at] = 1
    }
  }
  return reach
}

/** Tests only texts that begin after the previous token and end where the rest matches. */
function beforeForm(
  form: Form,
  text: string,
  next: Uint8Array,
  previous: Token | undefined,
): Uint8Array {
  const reach = new Uint8Array(text.length + 1)
  const [least, most] = form.lengths
  let { tests } = form
  let nearest = Number.POSITIVE_INFINITY // the nearest position from which the rest fits
  for (let at = text.length; at >= 0 && tests > 0; at--) {
    if (next[at + least] === 1) nearest = at + least
    if (nearest > at + most || !canBegin(at, previous, text)) continue
    for (const end of formEnds(form, text, at, next)) {
      tests--
      if (form.fits(text.slice(at, end))) reach[at] = 1
      if (reach[at] === 1 || tests <= 0) break
    }
  }
  return reach
}

function canBegin(at: number, previous: Token | undefined, text: string): boolean {
  if (previous === undefined) return at === 0
  return isParam(previous) || text.endsWith(previous, at)
}

/** The possible ends of a text of this form that begins at `start`, the longest first. */
function* formEnds(
  { lengths: [least, most] }: Form,
  text: string,
  start: number,
  next: Uint8Array,
): Generator<number> {
  for (let end = Math.min(start + most, text.length); end >= start + least; end--) {
    if (next[end] === 1) yield end
  }
}

/** The end of the longest text from `start` after which the rest matches. Such an end exists. */
function longestEnd({ convertor }: Param, text: string, start: number, next: Uint8Array): number {
  const { form, fraction } = convertor
  if (form !== undefined) {
    for (const end of formEnds(form, text, start, next)) {
      if (form.fits(text.slice(start, end))) return end
    }
  }
  const runEnd = endOfRun(convertor, text, start)
  if (fraction && text.charAt(runEnd) === '.') {
    const end = next.lastIndexOf(1, endOfRun(convertor, text, runEnd + 1))
    if (end > runEnd + 1) return end
  }
  return next.lastIndexOf(1, runEnd)
}

function endOfRun({ allows }: Convertor, text: string, start: number): number {
  let end = start
  while (end < text.length && allows(text.charAt(end))) end++
  return end
}

/** Returns the values of an entry's parameters and the start of the rest, or undefined if it does not match. */
export function matchWhole(
  { path, prefix }: Entry,
  text: string,
): { values: unknown[]; rest: number } | undefined {
  const { tokens } = path
  // If a path has only optional parameters and all are missing, it is the root.
  const whole = text === '/' && tokens.every(isOptional) ? '' : text
  const texts = matchSequence(prefix ? withRest(tokens) : tokens, whole)
  if (texts === undefined) return undefined
  const rest = prefix ? text.length - (texts.pop() ?? '').length - 1 : text.length
  const values: unknown[] = []
  for (const [index, { convertor, optional }] of path.params.entries()) {
    const part = texts[index]
    const value = part === undefined ? undefined : convertor.parse(part)
    if (value === undefined && !(optional && part === undefined)) return undefined
    values.push(value)
  }
  return { values, rest }
}

const ANYTHING: Convertor = {
  name: 'anything',
  allows: () => true,
  parse: (text) => text,
  toText: String,
  slashes: true,
  empty: true,
  pure: true,
}

/** Adds the part after a mount's prefix: a slash, then any text. */
function withRest(tokens: readonly Token[]): Token[] {
  return [...tokens, '/', { name: '', convertor: ANYTHING }]
}
