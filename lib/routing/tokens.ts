/** The pieces of a path, and errors that point at the place in a path where it is wrong. */
import type { Convertor } from '../convertors/types.ts'

/** A piece of a path: text that must stand there, or a parameter. */
export type Token = string | Param

export interface Param {
  readonly name: string
  readonly convertor: Convertor
  /** Whether the parameter, with the slash before it, may be missing; only in the colon spelling. */
  readonly optional?: boolean
}

export function isParam(token: Token | undefined): token is Param {
  return typeof token === 'object'
}

export function isOptional(token: Token): boolean {
  return isParam(token) && token.optional === true
}

/**
 * Cuts tokens at the slashes: `['/v', id, '/x']` becomes `[['v', id], ['x']]`.
 *
 * An empty segment, as after a slash at the end, is an empty list.
 */
export function toSegments(tokens: readonly Token[]): Token[][] {
  const segments: Token[][] = []
  for (const token of tokens) {
    if (isParam(token)) {
      // An optional parameter brings its own slash, even the first one.
      if (segments.length === 0) segments.push([])
      segments.at(-1)?.push(token)
      continue
    }
    const [first = '', ...rest] = token.split('/')
    if (first !== '') segments.at(-1)?.push(first)
    for (const text of rest) segments.push(text === '' ? [] : [text])
  }
  return segments
}

/** Throws a TypeError with the path and a mark under the fault. */
export function fail(
  where: string,
  path: string,
  index: number,
  what: string,
  fix: string,
  length = 1,
): never {
  const mark = ' '.repeat(Math.max(index, 0)) + '^'.repeat(length)
  throw new TypeError(`${where}: ${what}, in "${path}". ${fix}\n\n  ${path}\n  ${mark}`)
}
