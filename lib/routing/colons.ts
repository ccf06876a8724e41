/** The colon spelling for people from Express and Hono: `:name`, `:name?` and a final `*`. */
import type { Convertor } from '../convertors/builtins.ts'
import { convertorNamed } from '../convertors.ts'
import { fail, type Token } from './tokens.ts'

/** Reads a path in the colon spelling; every value is a text. */
export function colonTokens(path: string, where: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (const [index, segment] of path.split('/').entries()) {
    assertPlain(segment, at, path, where)
    at += segment.length + 1
    if (index === 0) continue // what stands before the first slash is refused elsewhere
    for (const token of segmentTokens(segment)) {
      const last = tokens.at(-1)
      // Joined, so that both spellings give the same tokens.
      if (typeof token === 'string' && typeof last === 'string') tokens.splice(-1, 1, last + token)
      else tokens.push(token)
    }
  }
  return tokens
}

function segmentTokens(segment: string): Token[] {
  if (segment === '*') return ['/', { name: '*', convertor: known('path') }]
  const [, name, optional] = PARAM.exec(segment) ?? []
  if (name === undefined) return [`/${segment}`]
  const param = { name, convertor: known('str') }
  return optional ? [{ ...param, optional: true }] : ['/', param]
}

const PARAM = /^:([A-Za-z_][A-Za-z0-9_]*)(\?)?$/

function known(name: 'str' | 'path'): Convertor {
  return convertorNamed(name) as Convertor // these are always there
}

/** What other routers read as a pattern is refused. */
function assertPlain(segment: string, at: number, path: string, where: string): void {
  if (segment === '*') {
    if (at + 1 === path.length) return
    fail(where, path, at, 'a wildcard in the middle', 'Use * only as the last segment.')
  }
  if (segment.startsWith(':') && !PARAM.test(segment)) {
    fail(
      where,
      path,
      at,
      `"${segment}" is more than a parameter`,
      'Write {name}.{extension} for several in one segment, {name:int} for a convertor.',
      segment.length,
    )
  }
  const within = /^[^:].*[:*?]|^\?|^\*/.test(segment) ? segment.search(/[:*?]/) : -1
  if (within < 0) return
  fail(
    where,
    path,
    at + within,
    `"${segment[within]}" within a segment`,
    'A parameter is a whole segment: /:name/.',
  )
}
