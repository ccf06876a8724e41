/** The tokens of a path, and errors that mark the invalid position in a path. */
import type { Convertor } from '../convertors/types.ts'

/** A part of a path: literal text, or a parameter. */
export type Token = string | Param

export interface Param {
  readonly name: string
  readonly convertor: Convertor
  /** Whether the parameter, with the slash before it, may be missing; only in the colon syntax. */
  readonly optional?: boolean
}

export function isParam(token: Token | undefined): token is Param {
  return typeof token === 'object'
}

export function isOptional(token: Token): boolean {
  return isParam(token) && token.optional === true
}

/**
 * Splits tokens at the slashes: `['/v', id, '/x']` becomes `[['v', id], ['x']]`.
 *
 * An empty segment, as after a trailing slash, is an empty list.
 */
export function toSegments(tokens: readonly Token[]): Token[][] {
  const segments: Token[][] = []
  for (const token of tokens) {
    if (isParam(token)) {
      // An optional parameter includes its slash, even the first one.
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

/** Throws a TypeError with the path and a mark under the error. */
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
