/** Whom a client address stands for. */
import { parseAddress } from '../../http/ipaddresses.ts'

/**
 * An IPv4 address as it is; of an IPv6 address the network, /64, since whoever has one address has
 * all of them: `2001:db8::1` gives `2001:db8:0:0::/64`. An IPv4 address within IPv6 is the IPv4
 * address. Other text stays as it is.
 */
export function networkOf(host: string): string {
  if (!host.includes(':')) return host // as most are
  const address = parseAddress(host)
  if (address === undefined) return host
  const [high = 0, low = 0] = address.slice(6)
  if (address.slice(0, 6).join() === '0,0,0,0,0,65535') {
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  }
  const network = address.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}
