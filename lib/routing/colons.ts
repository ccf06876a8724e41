/** The colon spelling for people from Express and Hono: `:name`, `:name?` and a final `*`. */
import { parse } from 'regexparam'
import { convertorNamed } from '../convertors.ts'
import { fail, type Token } from './tokens.ts'

/** Each one more doubles the time for a path that does not match. */
const MOST_OPTIONALS = 8

/** Reads a path in the colon spelling; every value is a text. */
export function colonTokens(path: string, where: string): Token[] {
  const segments = path.split('/')
  segments.forEach((segment, index) => {
    assertPlain(
      segment,
      index === segments.length - 1,
      segments.slice(0, index).join('/'),
      path,
      where,
    )
  })
  const excess = segments.filter(isOptional)[MOST_OPTIONALS]
  if (excess !== undefined) {
    const at = path.indexOf(excess)
    fail(
      where,
      path,
      at,
      `more than ${MOST_OPTIONALS} optional parameters`,
      'Use a final * and split it, or several routes.',
      excess.length,
    )
  }
  return merge(segments.slice(1).flatMap(segmentTokens))
}

function segmentTokens(segment: string): Token[] {
  if (segment === '*') return ['/', { name: '*', convertor: known('path') }]
  if (!segment.startsWith(':')) return [`/${segment}`]
  const optional = isOptional(segment)
  const name = segment.slice(1, optional ? -1 : undefined)
  const param = { name, convertor: known('str') }
  return optional ? [{ ...param, optional }] : ['/', param]
}

function known(name: 'str' | 'path'): NonNullable<ReturnType<typeof convertorNamed>> {
  const convertor = convertorNamed(name)
  if (convertor === undefined) throw new TypeError(`convertor "${name}" is gone`)
  return convertor
}

/** Joins neighbouring literals, so that both spellings give the same tokens. */
function merge(tokens: readonly Token[]): Token[] {
  return tokens.reduce<Token[]>((merged, token) => {
    const last = merged.at(-1)
    if (typeof token === 'string' && typeof last === 'string')
      merged[merged.length - 1] = last + token
    else merged.push(token)
    return merged
  }, [])
}

/**
 * Compiles a path with `:name?` or `*`, which only this spelling has, by regexparam.
 *
 * Its traps are taken away here: literals are escaped, case counts, a slash at the end and an empty
 * segment count, and `*` takes newlines, which the `path` convertor then refuses. With at most one
 * wildcard, at the end, and few optional parameters its patterns are linear (measured: under 1 ms
 * for 64 KB).
 */
export function colonPattern(path: string): RegExp {
  const segments = path.split('/').slice(1)
  const source = segments.map(segmentSource).join('')
  const root = segments.every(isOptional) ? '\\/|' : ''
  return new RegExp(`^(?:${root}${source})$`, 's')
}

/** One at a time, since regexparam stops at an empty one. */
function segmentSource(segment: string): string {
  if (segment === '') return '\\/'
  const { source } = parse(`/${segment.replace(/[\\^$.|+()[\]]/g, '\\$&')}`).pattern
  return source.replace(/^\^/, '').replace(/\\\/\?\$$/, '')
}

function isOptional(segment: string): boolean {
  return segment.startsWith(':') && segment.endsWith('?')
}

/** What regexparam would read as something else than it looks like is refused. */
function assertPlain(
  segment: string,
  last: boolean,
  before: string,
  path: string,
  where: string,
): void {
  const index = before.length + 1
  if (segment === '*' && !last) {
    fail(where, path, index, 'a wildcard in the middle', 'Use * only as the last segment.')
  }
  if (segment.startsWith(':') && !/^:[A-Za-z_][A-Za-z0-9_]*\??$/.test(segment)) {
    fail(
      where,
      path,
      index,
      `"${segment}" is more than a parameter`,
      'Write {name}.{extension} for several in one segment, {name:int} for a convertor.',
      segment.length,
    )
  }
  if (segment !== '*' && /^[^:].*[:*?]|^\?|^\*./.test(segment)) {
    const at = segment.search(/[:*?]/)
    fail(
      where,
      path,
      index + at,
      `"${segment[at]}" within a segment`,
      'A parameter is a whole segment: /:name/.',
    )
  }
}
