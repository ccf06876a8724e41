/** The fields of a fetch response, for sending. */
import { hopByHop } from '../../http/hopbyhop.ts'
import type { HeaderList } from '../../types.ts'

/** Codings that every `fetch` decodes. */
const DECODED: readonly string[] = ['gzip', 'x-gzip', 'deflate', 'br']

/** The fields that a handler has set, with each `Set-Cookie` separate. */
export function fieldsOf({ headers }: globalThis.Response): HeaderList {
  const list: string[] = []
  headers.forEach((value, name) => {
    list.push(name, value)
  })
  return list
}

/**
 * The fields of a response from elsewhere: without hop-by-hop fields, and without the coding and length
 * if the body was decoded.
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

/** With one unknown coding, `fetch` decodes none of them. */
function isDecoded(contentEncoding: string | null): boolean {
  if (contentEncoding === null) return false
  const codings = contentEncoding.toLowerCase().split(',')
  return codings.every((coding) => DECODED.includes(coding.trim()))
}
