/** Whom a client address stands for. */

/**
 * An IPv4 address as it is; of an IPv6 address the network, /64, since whoever has one address has
 * all of them: `2001:db8::1` gives `2001:db8:0:0::/64`. An IPv4 address within IPv6 is the IPv4
 * address. Other text stays as it is.
 */
export function networkOf(host: string): string {
  if (!host.includes(':')) return host // as most are
  const groups = groupsOf(host.replace(/%.*$/s, ''))
  if (groups === undefined) return host
  const [high = 0, low = 0] = groups.slice(6)
  if (groups.slice(0, 6).join() === '0,0,0,0,0,65535') {
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}

/** The eight numbers of an IPv6 address, in any spelling (RFC 4291 section 2.2). */
function groupsOf(address: string): number[] | undefined {
  const [left = '', right, ...more] = address.split('::')
  const head = partOf(left)
  const tail = partOf(right ?? '')
  const missing = 8 - head.length - tail.length
  const isWhole = right === undefined ? missing === 0 : missing > 0
  const groups = [...head, ...new Array<number>(Math.max(0, missing)).fill(0), ...tail]
  return isWhole && more.length === 0 && !groups.includes(Number.NaN) ? groups : undefined
}

function partOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (/^[\da-f]{1,4}$/i.test(group)) return [Number.parseInt(group, 16)]
    const [a, b, c, d, ...more] = group.split('.').map(octetOf)
    if (a === undefined || b === undefined || c === undefined || d === undefined)
      return [Number.NaN]
    return more.length === 0 ? [a * 256 + b, c * 256 + d] : [Number.NaN]
  })
}

function octetOf(text: string): number {
  return /^\d{1,3}$/.test(text) && Number(text) < 256 ? Number(text) : Number.NaN
}
