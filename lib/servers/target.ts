/** Reads the target of a request line (RFC 9112 section 3.2), the only place where that is done. */

export interface Target {
  /** Percent-decoded. */
  readonly path: string
  readonly rawPath: string
  readonly queryString: string
  /** The authority of an absolute-form target, which stands over the Host field. */
  readonly authority?: string
}

/** The parts of a target, or undefined when it is none: a fragment, a bad escape, another form. */
export function parseTarget(target: string): Target | undefined {
  if (target.includes('#')) return undefined
  if (target.charCodeAt(0) === 47) return split(target)
  if (target === '*') return { path: '*', rawPath: '*', queryString: '' }
  const absolute = /^https?:\/\/([^/?]+)(.*)$/is.exec(target)
  if (absolute === null) return undefined
  const [, authority = '', rest = ''] = absolute
  const parts = split(rest.startsWith('/') ? rest : `/${rest}`)
  return parts && { ...parts, authority }
}

function split(target: string): Target | undefined {
  const question = target.indexOf('?')
  const rawPath = question < 0 ? target : target.slice(0, question)
  const path = decode(rawPath)
  if (path === undefined) return undefined
  return { path, rawPath, queryString: question < 0 ? '' : target.slice(question + 1) }
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

/** Whether a path is the prefix or goes on behind it: `/foo-1` is not below `/foo`. */
export function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false
  return path.length === prefix.length || path.charAt(prefix.length) === '/'
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
