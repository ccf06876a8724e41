/** Parses the fields that control caches: directives, seconds, dates (RFC 9111 sections 1.2 and 5). */
import { parseHTTPDate } from '../../http/dates.ts'

/** Directives by lower-case name; undefined for a directive without a value. */
export type Directives = ReadonlyMap<string, string | undefined>

// A value is a token or a quoted string; everything up to the next comma belongs to it.
const DIRECTIVE =
  /[\t ]*([^\t ,="]*)[\t ]*(?:=[\t ]*(?:"((?:[^"\\]|\\.)*)"?|([^,"]*)))?[^,]*(?:,|$)/y

/**
 * Parses a list of directives. The first of several with one name is used. A quoted value is equal to the
 * same value as a token (RFC 9111 section 5.2).
 */
export function directivesOf(field: string): Directives {
  const directives = new Map<string, string | undefined>()
  DIRECTIVE.lastIndex = 0
  while (DIRECTIVE.lastIndex < field.length) {
    const [, name = '', quoted, token] = DIRECTIVE.exec(field) ?? []
    const key = name.toLowerCase()
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token
    if (key !== '' && !directives.has(key)) directives.set(key, value?.trim())
  }
  return directives
}

/** The maximum number of seconds: a larger number is treated as this one (RFC 9111 section 1.2.2). */
const MOST_SECONDS = 2 ** 31

/** Returns the number of seconds, or undefined if the text is not a number. */
function asSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]+$/.test(text)) return undefined
  return Math.min(Number(text), MOST_SECONDS)
}

export function secondsOf(directives: Directives, name: string): number | undefined {
  return asSeconds(directives.get(name))
}

/** Returns the age of a response in seconds. The first member of a list is used (RFC 9111 section 5.1). */
export function ageIn(field: string | null): number {
  if (field === null) return 0
  const comma = field.indexOf(',')
  return asSeconds((comma < 0 ? field : field.slice(0, comma)).trim()) ?? 0
}

/** Parses a date. In a cache the case of its letters does not matter (RFC 9111 section 4.2). */
export function dateIn(field: string | null): number | null {
  if (field === null) return null
  const usual = field
    .toLowerCase()
    .replace(/[a-z]+/g, (word) => (word === 'gmt' ? 'GMT' : capitalised(word)))
  return parseHTTPDate(usual)
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

const SECONDS: ReadonlySet<string> = new Set([
  ...['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'],
])

const KEY = /[\t ]*([a-z*][a-z0-9_.*-]*)/y
// RFC 8941 section 3.3: integers, decimals, strings, tokens, byte sequences, booleans; and lists.
const ITEM =
  /=(?:(-?[0-9]{1,15})(?![0-9.])|-?[0-9]{1,12}\.[0-9]{1,3}|"(?:[^"\\\x00-\x1f\x7f-\xff]|\\["\\])*"|[A-Za-z*][!#$%&'*+\-.^_`|~:/0-9A-Za-z]*|:[A-Za-z0-9+/=]*:|\?[01]|\([^()]*\))/y
const PARAMETERS = /(?:[\t ]*;[\t ]*[a-z*][a-z0-9_.*-]*(?:=(?:[^\t ,;"]+|"(?:[^"\\]|\\.)*"))?)*/y
const END = /[\t ]*(?:,|$)/y

/**
 * Parses the targeted field `CDN-Cache-Control`, a dictionary of structured fields. Returns undefined if
 * it is empty or invalid: then it is ignored (RFC 9213 section 2.1).
 */
export function targetedDirectives(field: string | null): Directives | undefined {
  if (field === null || field.trim() === '') return undefined
  const directives = new Map<string, string | undefined>()
  let index = 0
  while (index < field.length) {
    const key = matchAt(KEY, field, index)
    if (key === undefined) return undefined
    const item = matchAt(ITEM, field, index + key[0].length)
    index += key[0].length + (item?.[0].length ?? 0)
    index += matchAt(PARAMETERS, field, index)?.[0].length ?? 0
    const end = matchAt(END, field, index)
    if (end === undefined || (index + end[0].length >= field.length && end[0].endsWith(','))) {
      return undefined
    }
    index += end[0].length
    const [, name = ''] = key
    // `?0` disables a directive, and seconds must be integers. The last of several with one name is used.
    const isIgnored = item?.[0] === '=?0' || (SECONDS.has(name) && item?.[1] === undefined)
    if (isIgnored) directives.delete(name)
    else directives.set(name, item?.[1])
  }
  return directives
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | undefined {
  pattern.lastIndex = index
  return pattern.exec(text) ?? undefined
}
