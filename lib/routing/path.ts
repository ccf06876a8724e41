/**
 * Parses the path of a route into literals and parameters: `{name:convertor}`, or `:name`, `:name?` and a
 * final `*`.
 */

import { convertorNamed, convertorNames } from '../convertors/builtins.ts'
import type { Convertor } from '../convertors/types.ts'
import { invalid } from '../internal/checks.ts'
import { fail, isParam, type Param, type Token } from './tokens.ts'

/** A parsed path: `/users/{id:int}` is `['/users/', { name: 'id', … }]`. */
export interface ParsedPath {
  readonly path: string
  readonly tokens: readonly Token[]
  readonly params: readonly Param[]
}

/**
 * Parses a path, or the pattern of a host.
 *
 * @param where The name of the factory, for messages.
 * @throws TypeError that marks the position of the error: an unknown convertor, a parameter that occurs
 * twice, both syntaxes in one path, or a stray brace.
 */
export function parsePath(path: string, where: string): ParsedPath {
  if (typeof path !== 'string') {
    throw invalid(where, 'the path must be a string', path, "Write it as '/path/{name}'")
  }
  const braces = /[{}]/.test(path)
  const colons = where !== 'Host' && /(?:^|\/):|\*/.test(path)
  if (braces && colons) {
    fail(
      where,
      path,
      path.search(/(?<=^|\/):|\*/),
      'both spellings in one path',
      'Use {name} or :name, not both.',
    )
  }
  const tokens = colons ? colonTokens(path, where) : braceTokens(path, where)
  const params = tokens.filter(isParam)
  assertDistinct(params, path, where)
  return { path, tokens, params }
}

const PARAM = /\{([A-Za-z_][A-Za-z0-9_]*)(?::([A-Za-z_][A-Za-z0-9_]*))?\}/g

function braceTokens(path: string, where: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const match of path.matchAll(PARAM)) {
    const [text, name = '', kind = 'str'] = match
    const literal = path.slice(end, match.index)
    assertLiteral(literal, path, end, where)
    if (literal !== '') tokens.push(literal)
    const convertor = convertorNamed(kind)
    if (convertor === undefined) {
      fail(
        where,
        path,
        match.index + text.indexOf(':') + 1,
        `unknown convertor "${kind}"`,
        `Known: ${convertorNames().join(', ')}.`,
        kind.length,
      )
    }
    tokens.push({ name, convertor })
    end = match.index + text.length
  }
  const rest = path.slice(end)
  assertLiteral(rest, path, end, where)
  if (rest !== '') tokens.push(rest)
  return tokens
}

function assertLiteral(literal: string, path: string, offset: number, where: string): void {
  const brace = literal.search(/[{}]/)
  if (brace < 0) return
  fail(
    where,
    path,
    offset + brace,
    'a brace that belongs to no parameter',
    'Write {name} or {name:convertor}; names are letters, digits and "_".',
  )
}

function assertDistinct(params: readonly Param[], path: string, where: string): void {
  const names = params.map((param) => param.name)
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated === undefined) return
  fail(
    where,
    path,
    path.lastIndexOf(repeated),
    `the parameter "${repeated}" occurs twice`,
    'Give each its own name.',
    repeated.length,
  )
}

/** Parses a path in the syntax of Express and Hono; every value is a string. */
function colonTokens(path: string, where: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (const [index, segment] of path.split('/').entries()) {
    assertPlain(segment, at, path, where)
    at += segment.length + 1
    if (index === 0) continue // readRooted and Mount refuse text before the first slash
    for (const token of segmentTokens(segment)) {
      const last = tokens.at(-1)
      // Adjacent literals are joined, as in the other syntax.
      if (typeof token === 'string' && typeof last === 'string') tokens.splice(-1, 1, last + token)
      else tokens.push(token)
    }
  }
  return tokens
}

function segmentTokens(segment: string): Token[] {
  if (segment === '*') return ['/', { name: '*', convertor: builtIn('path') }]
  const [, name, optional] = COLON_PARAM.exec(segment) ?? []
  if (name === undefined) return [`/${segment}`]
  const param = { name, convertor: builtIn('str') }
  return optional ? [{ ...param, optional: true }] : ['/', param]
}

const COLON_PARAM = /^:([A-Za-z_][A-Za-z0-9_]*)(\?)?$/

function builtIn(name: 'str' | 'path'): Convertor {
  return convertorNamed(name) as Convertor // these two are built in
}

/** Refuses text that other routers treat as a pattern. */
function assertPlain(segment: string, at: number, path: string, where: string): void {
  if (segment === '*') {
    if (at + 1 === path.length) return
    fail(where, path, at, 'a wildcard in the middle', 'Use * only as the last segment.')
  }
  if (segment.startsWith(':') && !COLON_PARAM.test(segment)) {
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

/**
 * Parses the path of a route, or a list of paths.
 *
 * @throws TypeError as `parsePath` does, and for a path without a slash at its beginning or an empty list.
 */
export function readPaths(
  given: string | readonly string[],
  where: string,
): readonly [ParsedPath, ...ParsedPath[]] {
  const [first, ...others] = Array.isArray(given) ? given : [given]
  if (first === undefined && Array.isArray(given)) {
    const fix = "Write ['/posts', '/posts/{page:int}']"
    throw invalid(where, 'the list of paths must not be empty', given, fix)
  }
  return [readRooted(first, where), ...others.map((path) => readRooted(path, where))]
}

function readRooted(path: string, where: string): ParsedPath {
  const parsed = parsePath(path, where)
  assertRooted(path, where)
  return parsed
}

/** Checks that a path begins with a slash. */
export function assertRooted(path: string, where: string): void {
  if (path.startsWith('/')) return
  fail(where, path, 0, 'the path must begin with "/"', `Write "/${path}".`)
}
