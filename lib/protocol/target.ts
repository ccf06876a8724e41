/** Reads the target of a request line (RFC 9112 section 3.2), the only place where that is done. */

export interface Target {
  /** Percent-decoded. */
  readonly path: string
  readonly rawPath: string
  readonly queryString: string
  /** The authority of an absolute-form target, which stands over the Host field. */
  readonly authority?: string
}

/** Whether a method may have this target: `*` is the server itself, for OPTIONS (section 3.2.4). */
export function fits({ rawPath }: Target, method: string | undefined): boolean {
  return rawPath !== '*' || method === 'OPTIONS'
}

/** The parts of a target; undefined if it is invalid: a fragment, a bad escape, another form. */
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

/** Where the authority of an absolute form begins; past the end for any other form. */
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
  // An origin form has none, and no key for it.
  return authority === undefined
    ? { path, rawPath, queryString }
    : { path, rawPath, queryString, authority }
}

/** Undefined for escapes that are no UTF-8. */
export function decode(rawPath: string): string | undefined {
  if (!rawPath.includes('%')) return rawPath
  try {
    return decodeURIComponent(rawPath)
  } catch {
    return undefined
  }
}

/** A raw path without the escapes of letters, digits and `-._~`, which mean the same (RFC 3986 2.3). */
export function withoutNeedlessEscapes(rawPath: string): string {
  if (!rawPath.includes('%')) return rawPath
  return rawPath.replace(/%(?:2[DE]|3\d|[46][1-9A-F]|[57][0-9A]|5F|7E)/gi, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  )
}

/** Whether a path is the prefix or goes on behind it: `/foo-1` is not below `/foo`. */
export function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false
  return path.length === prefix.length || path.charAt(prefix.length) === '/'
}

/**
 * A raw path, in which all escapes are good, behind so many characters of the decoded path.
 *
 * Routing reads the decoded path, where an escaped slash behind a prefix is a slash. So it is here.
 */
export function restOnWire(rawPath: string, length: number): string {
  const rest = rawPath.slice(lengthOnWire(rawPath, length))
  return length > 0 && /^%2f/i.test(rest) ? `/${rest.slice(3)}` : rest
}

/** How many characters of a raw path, in which all escapes are good, stand for so many of the path. */
export function lengthOnWire(rawPath: string, length: number): number {
  if (!rawPath.includes('%')) return length
  let index = 0
  for (let decoded = 0; decoded < length; decoded++) {
    if (rawPath.charAt(index) !== '%') {
      index++
      continue
    }
    const byte = Number.parseInt(rawPath.slice(index + 1, index + 3), 16)
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    index += 3 * size
    if (size === 4) decoded++ // two characters of JavaScript's
  }
  return index
}
