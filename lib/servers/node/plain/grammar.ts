/**
 * Reads requests in which every byte is unambiguous. Node's parser reads all others.
 *
 * The grammar is much stricter than RFC 9112: a request that two parsers could interpret differently is not read
 * here. This prevents request smuggling.
 */
import type { Buffer } from 'node:buffer'
import { parseTarget, type Target } from '../../../protocol/target.ts'
import type { HeaderList } from '../../../types.ts'
import { isKnownHost } from '../fields.ts'

/** A request that arrived completely, with no bytes after it. */
export interface PlainRequest {
  readonly method: string
  readonly target: Target
  /** The fields with lower-case names, in the order in which they were sent. */
  readonly headers: HeaderList
  /** The index at which the body begins. The body ends with the last byte. */
  readonly bodyStart: number
  /** Whether the client wants the connection to close after the response. */
  readonly isLast: boolean
}

/** The bits for the characters of a field name, of a target, and of a field value. */
const NAME = 1
const TARGET = 2
const VALUE = 4

const KINDS = kinds()

function kinds(): Uint8Array {
  const table = new Uint8Array(256)
  for (let code = 0x20; code < 0x7f; code++) {
    const character = String.fromCharCode(code)
    let kind = VALUE
    if (/[0-9A-Za-z_-]/.test(character)) kind |= NAME
    // The characters of RFC 3986 without those of fragments, and the brackets that queries often contain.
    if (/[0-9A-Za-z\-._~%!$&'()*+,;=:@/?[\]]/.test(character)) kind |= TARGET
    table[code] = kind
  }
  return table
}

const CR = 0x0d
const LF = 0x0a
const SPACE = 0x20
const COLON = 0x3a

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((name) => ({
  name,
  bytes: bytesOf(`${name} /`),
}))
const VERSION = bytesOf(' HTTP/1.1\r\n')

function bytesOf(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0))
}

/**
 * Reads the bytes as a request. Returns undefined unless they are exactly one plain request: HTTP/1.1 with a target in
 * origin form, a valid Host, at most one Content-Length, the whole body, and no field that changes how the rest is
 * read.
 *
 * @param maxHeaderSize The maximum size of a head in bytes.
 */
export function readPlain(bytes: Buffer, maxHeaderSize: number): PlainRequest | undefined {
  const method = methodOf(bytes)
  if (method === undefined) return undefined
  const targetStart = method.length + 1
  const targetEnd = endOf(bytes, targetStart, TARGET)
  if (!startsWith(bytes, targetEnd, VERSION)) return undefined
  const bounds: number[] = []
  const bodyStart = readBounds(bytes, targetEnd + VERSION.length, bounds)
  if (bodyStart < 0 || bodyStart > maxHeaderSize) return undefined
  // All names and values are slices of this one string.
  const head = bytes.toString('latin1', 0, bodyStart)
  const fields = readFields(head, bounds, bytes.length - bodyStart)
  if (fields === undefined) return undefined
  const target = parseTarget(head.slice(targetStart, targetEnd))
  if (target === undefined) return undefined
  const { headers, isLast } = fields
  return { method, target, headers, bodyStart, isLast }
}

function methodOf(bytes: Uint8Array): string | undefined {
  for (const { name, bytes: start } of METHODS) {
    if (bytes[0] === start[0] && startsWith(bytes, 0, start)) return name
  }
  return undefined
}

function startsWith(bytes: Uint8Array, from: number, start: readonly number[]): boolean {
  for (let index = 0; index < start.length; index++) {
    if (bytes[from + index] !== start[index]) return false
  }
  return true
}

/** Returns the index at which the characters of a kind end. */
function endOf(bytes: Uint8Array, from: number, kind: number): number {
  const size = bytes.length
  let at = from
  while (at < size && ((KINDS[bytes[at] as number] as number) & kind) !== 0) at++
  return at
}

/**
 * Adds the indexes at which each name and value begin and end. Returns the index at which the head ends, or -1 if
 * the head is not plain.
 */
function readBounds(bytes: Uint8Array, from: number, bounds: number[]): number {
  let at = from
  while (bytes[at] !== CR) {
    const colon = endOf(bytes, at, NAME)
    if (colon === at || bytes[colon] !== COLON) return -1
    const start = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1
    const end = endOf(bytes, start, VALUE)
    // The value must not be empty, or have further spaces around it.
    if (end === start || bytes[start] === SPACE || bytes[end - 1] === SPACE) return -1
    if (bytes[end] !== CR || bytes[end + 1] !== LF) return -1
    bounds.push(at, colon, start, end)
    at = end + 2
  }
  return bytes[at + 1] === LF ? at + 2 : -1
}

/** Returns the fields; undefined if Node must handle one of them, or if the body does not have the stated length. */
function readFields(
  head: string,
  bounds: readonly number[],
  bodySize: number,
): Pick<PlainRequest, 'headers' | 'isLast'> | undefined {
  const headers: string[] = []
  let isLast = false
  let hosts = 0
  let length = -1
  for (let index = 0; index < bounds.length; index += 4) {
    const { name, role } = nameOf(head.slice(bounds[index], bounds[index + 1]))
    const value = head.slice(bounds[index + 2], bounds[index + 3])
    headers.push(name, value)
    if (role === 0) continue
    if (role === ROLE_HOST) {
      if (hosts++ > 0 || !isKnownHost(value)) return undefined
    } else if (role === ROLE_LENGTH) {
      if (length >= 0) return undefined
      length = lengthOf(value)
      if (length < 0) return undefined
    } else if (role === ROLE_CONNECTION && !isLast) {
      isLast = isClose(value)
      if (!isLast && !isKeepAlive(value)) return undefined
    } else return undefined
  }
  return hosts === 1 && bodySize === Math.max(length, 0) ? { headers, isLast } : undefined
}

/** Returns a length, or -1. Only the usual form is accepted: digits without a sign or leading zeros. */
function lengthOf(value: string): number {
  return /^(?:0|[1-9][0-9]{0,8})$/.test(value) ? Number(value) : -1
}

function isClose(value: string): boolean {
  return value === 'close' || value === 'Close'
}

function isKeepAlive(value: string): boolean {
  return value === 'keep-alive' || value === 'Keep-Alive'
}

const ROLE_HOST = 1
const ROLE_LENGTH = 2
const ROLE_CONNECTION = 3
/** The field changes how the message is read, or needs a feature that only Node has. */
const ROLE_DOUBT = 4

interface Name {
  readonly name: string
  readonly role: number
}

const ROLES: Readonly<Record<string, number>> = {
  ...{ host: ROLE_HOST, 'content-length': ROLE_LENGTH, connection: ROLE_CONNECTION },
  ...{ 'transfer-encoding': ROLE_DOUBT, upgrade: ROLE_DOUBT, expect: ROLE_DOUBT, te: ROLE_DOUBT },
  ...{ trailer: ROLE_DOUBT, 'proxy-connection': ROLE_DOUBT, 'http2-settings': ROLE_DOUBT },
}

const NAMES = new Map<string, Name>()
const MOST_NAMES = 1000

/** Returns a name in lower case, and its role. A table of known names is twice as fast as `toLowerCase`. */
function nameOf(written: string): Name {
  const known = NAMES.get(written)
  if (known !== undefined) return known
  const lower = written.toLowerCase()
  // In CGI and similar interfaces, names become variables, and `_` and `-` are then the same.
  const role = Object.hasOwn(ROLES, lower) ? ROLES[lower] : roleByVariable(lower)
  const name = { name: lower, role: role ?? 0 }
  // Clients choose the names, so the size of the table must be limited.
  if (NAMES.size < MOST_NAMES && written.length <= 64) NAMES.set(written, name)
  return name
}

function roleByVariable(lower: string): number {
  return Object.hasOwn(ROLES, lower.replaceAll('_', '-')) ? ROLE_DOUBT : 0
}
