/** Splits a token that is too long for one cookie: `session`, `session.1`, `session.2`. */

/** The longest name and value that browsers store (RFC 6265bis section 5.7). */
const MOST_LENGTH = 4096

/** More would not fit into the 16 KiB that servers accept for all fields of a request. */
export const MOST_CHUNKS = 3

/** The characters of `3~` before the first value, or of `.1` behind the other names. */
const MARK_LENGTH = 2

/** Returns the maximum length of a token in this number of cookies. */
export function lengthOf(cookie: string, chunks: number): number {
  const rest = MOST_LENGTH - cookie.length
  return chunks === 1 ? rest : chunks * (rest - MARK_LENGTH)
}

/**
 * Returns the cookies by name. The first of several holds their number, so an old cookie that the browser
 * still has is ignored.
 */
export function split(cookie: string, token: string): readonly (readonly [string, string])[] {
  if (token.length <= lengthOf(cookie, 1)) return [[cookie, token]]
  const length = MOST_LENGTH - cookie.length - MARK_LENGTH
  const count = Math.ceil(token.length / length)
  return Array.from({ length: count }, (_, index) => {
    const part = token.slice(index * length, (index + 1) * length)
    return index === 0 ? [cookie, `${count}~${part}`] : [nameOf(cookie, index), part]
  })
}

/** Returns the token in the cookies of a request, or undefined if a part is missing. */
export function join(
  cookie: string,
  cookies: Readonly<Record<string, string>>,
): string | undefined {
  const first = cookies[cookie]
  const [mark, count] = /^([2-3])~/.exec(first ?? '') ?? []
  if (first === undefined || mark === undefined) return first
  const others = namesAfter(cookie, 1, Number(count)).map((name) => cookies[name])
  return others.includes(undefined) ? undefined : first.slice(mark.length) + others.join('')
}

/** Returns the names of old cookies in a request: a session of `count` cookies does not have them. */
export function surplus(
  cookie: string,
  count: number,
  cookies: Readonly<Record<string, string>>,
): readonly string[] {
  return namesAfter(cookie, count, MOST_CHUNKS).filter((name) => cookies[name] !== undefined)
}

function namesAfter(cookie: string, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => nameOf(cookie, from + index))
}

function nameOf(cookie: string, index: number): string {
  return `${cookie}.${index}`
}
