/**
 * Reads requests of which every byte is beyond doubt; anything else is for Node's parser.
 *
 * Much stricter than RFC 9112 has to be: what two parsers could ever read differently is not read here
 * at all, so that there is nothing to smuggle a request past.
 */
import type { Buffer } from 'node:buffer'
import { parseTarget, type Target } from '../../../protocol/target.ts'
import type { HeaderList } from '../../../types.ts'
import { isKnownHost } from '../fields.ts'

/** A request that came whole, and nothing behind it. */
export interface PlainRequest {
  readonly method: string
  readonly target: Target
  /** With lower-case names, in the order of the wire. */
  readonly headers: HeaderList
  /** Where the body begins, which goes to the end. */
  readonly bodyStart: number
  /** Whether the client wants the connection closed behind the answer. */
  readonly isLast: boolean
}

/** Characters of a name, of a target, of a value. */
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
    // What RFC 3986 has, without its fragment, and the brackets that queries often hold.
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
 * The request that these bytes are, if they are exactly one and plain: origin form, HTTP/1.1, a valid
 * Host, at most one length and the whole body, no field that changes how the rest is read.
 *
 * @param maxHeaderSize The most bytes of a head.
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
  // One text for all, of which the others are parts.
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

/** Where the characters of a kind end. */
function endOf(bytes: Uint8Array, from: number, kind: number): number {
  const size = bytes.length
  let at = from
  while (at < size && ((KINDS[bytes[at] as number] as number) & kind) !== 0) at++
  return at
}

/** Adds where each name and value begin and end; gives where the head ends, or -1 for any doubt. */
function readBounds(bytes: Uint8Array, from: number, bounds: number[]): number {
  let at = from
  while (bytes[at] !== CR) {
    const colon = endOf(bytes, at, NAME)
    if (colon === at || bytes[colon] !== COLON) return -1
    const start = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1
    const end = endOf(bytes, start, VALUE)
    // Neither empty nor with further space around it.
    if (end === start || bytes[start] === SPACE || bytes[end - 1] === SPACE) return -1
    if (bytes[end] !== CR || bytes[end + 1] !== LF) return -1
    bounds.push(at, colon, start, end)
    at = end + 2
  }
  return bytes[at + 1] === LF ? at + 2 : -1
}

/** The fields; undefined if one of them is for Node, or if the body is not as long as they say. */
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
    } else if (role === ROLE_CONNECTION && !isLast && isClose(value)) isLast = true
    else if (role !== ROLE_CONNECTION || isLast || !isKeepAlive(value)) return undefined
  }
  return hosts === 1 && bodySize === Math.max(length, 0) ? { headers, isLast } : undefined
}

/** A number as it is written everywhere: no sign, no zeros before it. */
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
/** Changes how the message is read, or asks for what only Node does. */
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

/** By a table of those seen, as they were written: twice as fast as `toLowerCase`. */
function nameOf(written: string): Name {
  const known = NAMES.get(written)
  if (known !== undefined) return known
  const lower = written.toLowerCase()
  // `_` is as good as `-` where names become variables, as in CGI.
  const role = Object.hasOwn(ROLES, lower) ? ROLES[lower] : roleByVariable(lower)
  const name = { name: lower, role: role ?? 0 }
  // Clients choose names; the table must not grow with what they think of.
  if (NAMES.size < MOST_NAMES && written.length <= 64) NAMES.set(written, name)
  return name
}

function roleByVariable(lower: string): number {
  return Object.hasOwn(ROLES, lower.replaceAll('_', '-')) ? ROLE_DOUBT : 0
}
