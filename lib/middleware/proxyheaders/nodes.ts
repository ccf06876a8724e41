/** Parses the node that a proxy reports: an address with or without a port, or an obfuscated name. */
import { parseAddress, withoutZone } from '../../http/ipaddresses.ts'
import type { Address } from '../../types.ts'

// RFC 7239 section 6: IPv6 in brackets; a port is digits, or an obfuscated name.
const NODE = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]{1,5}|_[0-9A-Za-z._-]+))?$/
const HIDDEN = /^(?:unknown|_[0-9A-Za-z._-]+)$/i

/**
 * Parses a node of `Forwarded` or an element of `X-Forwarded-For`, which may be IPv6 without brackets.
 *
 * A hidden client keeps its name, "unknown" or "_name", which is not an address. A missing port is 0. A
 * zone (`fe80::1%eth0`) is dropped.
 */
export function parseNode(text: string): Address | undefined {
  if (text.includes(':') && parseAddress(text) !== undefined) {
    return { host: plainAddress(text), port: 0 }
  }
  const [, bracketed, plain = '', port] = NODE.exec(text) ?? []
  const host = bracketed ?? plain
  const isIPv6 = bracketed !== undefined
  const isAddress = host.includes(':') === isIPv6 && parseAddress(host) !== undefined
  if (!isAddress && (isIPv6 || !HIDDEN.test(host))) return undefined
  const number = port === undefined || port.startsWith('_') ? 0 : Number(port)
  return number > 65_535 ? undefined : { host: plainAddress(host), port: number }
}

function plainAddress(text: string): string {
  return withoutZone(text).toLowerCase()
}
