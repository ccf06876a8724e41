/** The fields of a fetch response, as they are sent on. */
import { hopByHop } from '../../http/hopbyhop.ts'
import type { HeaderList } from '../../types.ts'

/** Codings that every `fetch` undoes by itself. */
const DECODED: readonly string[] = ['gzip', 'x-gzip', 'deflate', 'br']

/** The fields that a handler has set, each `Set-Cookie` on its own. */
export function fieldsOf({ headers }: globalThis.Response): HeaderList {
  const list: string[] = []
  headers.forEach((value, name) => {
    list.push(name, value)
  })
  return list
}

/**
 * The fields of a response that came from elsewhere: without those of its connection, and without a
 * coding and a length that its body has no more.
 *
 * @param decoded Whether the body was decoded; by default as `fetch` does it.
 */
export function forwardedFields(response: globalThis.Response, decoded?: boolean): HeaderList {
  const list = fieldsOf(response)
  const isHopByHop = hopByHop(list)
  const wasDecoded = decoded ?? isDecoded(response.headers.get('content-encoding'))
  return list.filter((_, index) => {
    const name = list[index - (index % 2)] ?? ''
    if (wasDecoded && (name === 'content-encoding' || name === 'content-length')) return false
    return !isHopByHop(name)
  })
}

/** One coding that is not known, and `fetch` leaves them all as they are. */
function isDecoded(contentEncoding: string | null): boolean {
  if (contentEncoding === null) return false
  const codings = contentEncoding.toLowerCase().split(',')
  return codings.every((coding) => DECODED.includes(coding.trim()))
}
