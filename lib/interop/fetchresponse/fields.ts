/** The fields of a fetch response, as they are sent on. */
import type { HeaderList } from '../../types.ts'

/** What is said of one connection, and not of the next (RFC 9110 section 7.6.1). */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Codings that every `fetch` undoes by itself. */
const DECODED: readonly string[] = ['gzip', 'x-gzip', 'deflate', 'br']

/** The fields that a handler has set, each `Set-Cookie` on its own. */
export function fieldsOf({ headers }: globalThis.Response): HeaderList {
  const list: HeaderList = []
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
  const { headers } = response
  const dropped = new Set(HOP_BY_HOP)
  for (const name of (headers.get('connection') ?? '').split(',')) {
    dropped.add(name.trim().toLowerCase())
  }
  if (decoded ?? isDecoded(headers.get('content-encoding'))) {
    dropped.add('content-encoding')
    dropped.add('content-length')
  }
  const list = fieldsOf(response)
  return list.filter((_, index) => !dropped.has(list[index - (index % 2)] ?? ''))
}

/** One coding that is not known, and `fetch` leaves them all as they are. */
function isDecoded(contentEncoding: string | null): boolean {
  if (contentEncoding === null) return false
  const codings = contentEncoding.toLowerCase().split(',')
  return codings.every((coding) => DECODED.includes(coding.trim()))
}
