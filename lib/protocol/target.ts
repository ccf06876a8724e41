/** The only place where the target of a request line is parsed (RFC 9112 section 3.2). */

export interface Target {
  /** Percent-decoded. */
  readonly path: string
  readonly rawPath: string
  readonly queryString: string
  /** The authority of an absolute-form target. It replaces the Host field. */
  readonly authority?: string
}

/**
 * Whether a method may have this target. `*` means the server itself, and is only for OPTIONS (section
 * 3.2.4).
 */
export function fits({ rawPath }: Target, method: string | undefined): boolean {
  return rawPath !== '*' || method === 'OPTIONS'
}

/**
 * Returns the parts of a target, or undefined if it is invalid: a fragment, a bad escape, another form.
 */
export function parseTarget(target: string): Target | undefined {
  if (target.includes('#')) return undefined
  if (target.charCodeAt(0) === 47) return split(target)
  if (target === '*') return { path: '*', rawPath: '*', queryString: '' }
  const begin = authorityOf(target)
  let end = begin
  while (end < target.length && !isDelimiter(target.charCodeAt(end))) end++
  if (end === begin) return undefined
  const rest = target.slice(end)
  return split(rest.startsWith('/') ? rest : `/${rest}`, target.slice(begin, end))
}

/** Returns the index of the authority in an absolute form, or the length of any other form. */
function authorityOf(target: string): number {
  const scheme = target.slice(0, 8).toLowerCase()
  if (scheme.startsWith('http://')) return 7
  return scheme === 'https://' ? 8 : target.length
}

/** `/` or `?` */
function isDelimiter(code: number): boolean {
  return code === 47 || code === 63
}

function split(target: string, authority?: string): Target | undefined {
  const question = target.indexOf('?')
  const rawPath = question < 0 ? target : target.slice(0, question)
  const path = decode(rawPath)
  if (path === undefined) return undefined
  const queryString = question < 0 ? '' : target.slice(question + 1)
  // An origin form has no authority, and no key for it.
  return authority === undefined
    ? { path, rawPath, queryString }
    : { path, rawPath, queryString, authority }
}

/** Decodes a path. Returns undefined if its escapes are not UTF-8. */
export function decode(rawPath: string): string | undefined {
  if (!rawPath.includes('%')) return rawPath
  try {
    return decodeURIComponent(rawPath)
  } catch {
    return undefined
  }
}

/**
 * Decodes the escapes of letters, digits and `-._~` in a raw path, which are equivalent (RFC 3986 section
 * 2.3).
 */
export function withoutNeedlessEscapes(rawPath: string): string {
  if (!rawPath.includes('%')) return rawPath
  return rawPath.replace(/%(?:2[DE]|3\d|[46][1-9A-F]|[57][0-9A]|5F|7E)/gi, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  )
}

/** Whether a path is the prefix or is below it: `/foo-1` is not below `/foo`. */
export function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false
  return path.length === prefix.length || path.charAt(prefix.length) === '/'
}

/**
 * Returns the rest of a raw path, in which all escapes are valid, after `length` characters of the decoded
 * path.
 *
 * Routing reads the decoded path, in which an escaped slash after a prefix is a slash. So it is decoded
 * here too.
 */
export function restOnWire(rawPath: string, length: number): string {
  const rest = rawPath.slice(lengthOnWire(rawPath, length))
  return length > 0 && /^%2f/i.test(rest) ? `/${rest.slice(3)}` : rest
}

/**
 * Returns the number of characters of a raw path, in which all escapes are valid, for `length` characters
 * of the decoded path.
 */
export function lengthOnWire(rawPath: string, length: number): number {
  if (!rawPath.includes('%')) return length
  let index = 0
  for (let decoded = 0; decoded < length; decoded++) {
    if (rawPath.charAt(index) !== '%') {
      index++
      continue
    }
    const byte = Number.parseInt(rawPath.slice(index + 1, index + 3), 16)
    const size = 1 + LONGER_FROM.filter((first) => byte >= first).length
    index += 3 * size
    if (size === 4) decoded++ // two UTF-16 code units
  }
  return index
}

/** A character of UTF-8 is one byte longer from each of these first bytes on. */
const LONGER_FROM = [0x80, 0xe0, 0xf0]
