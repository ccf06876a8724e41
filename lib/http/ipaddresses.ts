/** The only place where IP addresses are parsed. They become numbers, so all spellings compare equal. */
import { invalid } from '../internal/checks.ts'

/**
 * An address as eight groups of 16 bits. An IPv4 address is mapped into IPv6 (`::ffff:192.0.2.1`). So a
 * server that listens on both families sees one address per client.
 */
type IPAddress = readonly number[]

/** All addresses with the same leading bits. */
interface IPRange {
  readonly address: IPAddress
  /** The number of leading bits, of 128, that are compared. */
  readonly bits: number
}

const MAPPED = [0, 0, 0, 0, 0, 0xffff]
const MAPPED_BITS = 96
const LONGEST = '0000:0000:0000:0000:0000:ffff:255.255.255.255'.length

/**
 * Parses an address. Returns undefined for other text: octets above 255 or with leading zeros, brackets,
 * ports, spaces. The zone of an IPv6 address (`fe80::1%eth0`) is ignored.
 *
 * @example
 * parseAddress('::ffff:127.0.0.1') // [0, 0, 0, 0, 0, 65535, 32512, 1], as for '127.0.0.1'
 * parseAddress('127.0.0.01') // undefined
 */
export function parseAddress(text: string): IPAddress | undefined {
  if (text.length > LONGEST_ZONED) return undefined
  const plain = withoutZone(text)
  if (plain.length > LONGEST) return undefined
  if (plain.includes(':')) return parseIPv6(plain)
  const pair = parseIPv4(plain)
  return pair && [...MAPPED, ...pair]
}

const LONGEST_ZONED = LONGEST + 65
const ZONE = /^([^%]+)%[0-9A-Za-z._~-]{1,64}$/

/**
 * Returns an IPv6 address without its zone, and other text unchanged.
 *
 * A zone names a network interface and is valid on one machine only (RFC 4007 section 11.2), so it is
 * neither compared nor sent.
 *
 * @example
 * withoutZone('fe80::1%eth0') // 'fe80::1'
 */
export function withoutZone(text: string): string {
  return text.includes('%') && text.includes(':') ? text.replace(ZONE, '$1') : text
}

function parseIPv4(text: string): [number, number] | undefined {
  const octets = text.split('.')
  if (octets.length !== 4 || !octets.every(isOctet)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number)
  return [a * 256 + b, c * 256 + d]
}

/**
 * Whether the text is an octet. Some parsers read `010` as 8, others as 10, so leading zeros are refused.
 */
function isOctet(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255
}

function parseIPv6(text: string): IPAddress | undefined {
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const before = parseGroups(head, tail === undefined)
  const after = tail === undefined ? [] : parseGroups(tail, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return [...before, ...Array<number>(missing).fill(0), ...after]
}

/** @param isEnd Whether the address ends here; its last two groups may then be written as IPv4. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const isLast = isEnd && index === parts.length - 1
    const pair = isLast && part.includes('.') ? parseIPv4(part) : undefined
    if (pair !== undefined) groups.push(...pair)
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

const EXAMPLES =
  '"192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "loopback", "linklocal" or "private"'

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/**
 * A set of addresses (`192.0.2.1`), ranges (`192.0.2.0/24`, `2001:db8::/32`) and the names `loopback`,
 * `linklocal` and `private`.
 *
 * @param where The caller, for error messages.
 * @throws TypeError if an entry is invalid, or a range has bits set after its prefix.
 * @example
 * const inside = new IPRanges('inside', ['10.0.0.0/8', 'loopback'])
 * inside.has('::ffff:10.1.2.3') // true
 * inside.has('10.1.2') // false
 */
export class IPRanges {
  readonly #ranges: readonly IPRange[]
  /** The last address and its result: behind a proxy all requests have the same address. */
  #last = ''
  #hasLast = false

  constructor(where: string, texts: readonly string[]) {
    if (!Array.isArray(texts)) {
      throw invalid(where, 'the ranges must be a list', texts, "Write ['192.0.2.0/24']")
    }
    const written = texts.flatMap((text) =>
      Object.hasOwn(NAMED, text) ? (NAMED[text] ?? []) : [text],
    )
    this.#ranges = written.map((text) => parseRange(where, text))
  }

  /** Whether the address is in one of the ranges; false for invalid addresses. */
  has(text: string): boolean {
    if (text === this.#last) return this.#hasLast
    const address = parseAddress(text)
    this.#hasLast = address !== undefined && this.#ranges.some((range) => isWithin(address, range))
    this.#last = text
    return this.#hasLast
  }
}

function parseRange(where: string, text: unknown): IPRange {
  const [written = '', length, ...more] = typeof text === 'string' ? text.split('/') : []
  // A zone is refused here, because it would not be compared.
  const address = written.includes('%') ? undefined : parseAddress(written)
  const size = written.includes(':') ? 128 : 32
  const prefix = length === undefined ? size : readLength(length)
  if (address === undefined || more.length > 0 || !(prefix <= size)) {
    const what = 'an entry must be an address or a range'
    throw invalid(where, what, text, `Write ${EXAMPLES}`)
  }
  const bits = 128 - size + prefix
  if (address.every((group, index) => (group & ~maskOf(index, bits)) === 0))
    return { address, bits }
  const what = 'a range must not have bits set after its prefix'
  throw invalid(where, what, text, `Set them to zero, or omit "/${length}"`)
}

function readLength(text: string): number {
  return /^(?:0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : Number.NaN
}

/**
 * Whether the range contains the address. An IPv6 range with a prefix shorter than 96 bits does not
 * contain IPv4: `::/0` is only IPv6.
 */
function isWithin(address: IPAddress, range: IPRange): boolean {
  if (range.bits < MAPPED_BITS && MAPPED.every((group, index) => group === address[index]))
    return false
  return range.address.every(
    (group, index) => (((address[index] ?? 0) ^ group) & maskOf(index, range.bits)) === 0,
  )
}

/** Returns the mask of the compared bits of a group. */
function maskOf(index: number, bits: number): number {
  const count = Math.min(16, Math.max(0, bits - index * 16))
  return (0xffff << (16 - count)) & 0xffff
}
