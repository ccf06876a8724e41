/** The errors for invalid responses, with the same messages in all servers. */
import { ProtocolError } from '../exceptions.ts'
import { isHeaderValue } from '../http/headers.ts'
import { shown } from '../internal/checks.ts'

/** The error for a message that must not be sent at this point. */
export function outOfOrder(type: string, why: string): ProtocolError {
  return new ProtocolError(`${type}: out of place, ${why}. Check that every send is awaited.`)
}

/** The error for a message of an extension that the server does not have. */
export function unsupported(type: string): ProtocolError {
  return new ProtocolError(
    `${type}: this server cannot send it. Look for it in scope.extensions first.`,
  )
}

/** The error for a value that is not a message. */
export function noMessage(value: unknown): ProtocolError {
  const given = value === null ? 'null' : typeof value
  return new ProtocolError(
    `send: a message must be an object with a "type", ${given} was given. Send { type: 'http.response.start', … }.`,
  )
}

/** The error for a body that is longer or shorter than its `content-length`. */
export function lengthDiffers(length: number, sent: number): ProtocolError {
  return new ProtocolError(
    `http.response.body: content-length is ${length}, but the body has ${sent} bytes${sent > length ? ' or more' : ''}. Leave the header out, or count again.`,
  )
}

/** @throws ProtocolError if the body is not bytes. */
export function assertBytes(body: unknown): void {
  if (body instanceof Uint8Array) return
  throw new ProtocolError(
    `http.response.body: the body must be a Uint8Array, ${typeof body} was sent. Encode text as UTF-8.`,
  )
}

/** @throws ProtocolError if the path is not absolute. */
export function assertPath(path: unknown): void {
  if (isAbsolutePath(path)) return
  throw new ProtocolError(
    `http.response.pathsend: the path must be absolute, ${shown(path)} was sent. Resolve it first.`,
  )
}

/** Whether a value is an absolute path of POSIX or Windows. */
export function isAbsolutePath(path: unknown): boolean {
  return typeof path === 'string' && /^(?:\/|[A-Za-z]:[\\/])/.test(path)
}

/** @throws ProtocolError if one of the links cannot be sent. */
export function assertLinks(links: unknown): void {
  if (!Array.isArray(links) || !links.every(isLink)) throw badLinks(links)
}

/** Whether a value is a link of RFC 8288 with at least one parameter. */
export function isLink(link: unknown): boolean {
  return typeof link === 'string' && /^<[^>]+>\s*;/.test(link) && isHeaderValue(link)
}

export function badLinks(links: unknown, cause?: unknown): ProtocolError {
  return new ProtocolError(
    `http.response.early_hint: a link is "<target>; rel=…", ${shown(links)} was sent. See RFC 8288.`,
    { cause },
  )
}
