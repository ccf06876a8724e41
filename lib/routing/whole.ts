/** Paths that no tree can hold: matched as a whole, still in linear time. */
import type { Convertor } from '../convertors/builtins.ts'
import type { Entry } from './entry.ts'
import { matchSequence } from './sequence.ts'
import type { Token } from './tokens.ts'

/** The values of an entry's parameters and where the rest begins, or undefined. */
export function matchWhole(
  { path, prefix }: Entry,
  text: string,
): { values: unknown[]; rest: number } | undefined {
  const texts = path.pattern
    ? path.pattern.exec(text)?.slice(1)
    : matchSequence(prefix ? withRest(path.tokens) : path.tokens, text)
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

/** What follows a mount's prefix: a slash, then anything, as behind a prefix without parameters. */
function withRest(tokens: readonly Token[]): Token[] {
  return [...tokens, '/', { name: '', convertor: ANYTHING }]
}
