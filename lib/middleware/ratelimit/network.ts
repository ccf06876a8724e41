/** Computes the network of a client address. */
import { parseAddress } from '../../http/ipaddresses.ts'

/**
 * Returns an IPv4 address unchanged, and the /64 network of an IPv6 address, because one client
 * usually controls all of it: `2001:db8::1` gives `2001:db8:0:0::/64`. An IPv4 address mapped to IPv6
 * is the IPv4 address. Other text is returned unchanged.
 */
export function networkOf(host: string): string {
  if (!host.includes(':')) return host // the usual case
  const address = parseAddress(host)
  if (address === undefined) return host
  const [high = 0, low = 0] = address.slice(6)
  if (address.slice(0, 6).join() === '0,0,0,0,0,65535') {
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  }
  const network = address.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}
