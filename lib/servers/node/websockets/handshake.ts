/** Reads the handshake of a client. */
import type { IncomingMessage } from 'node:http'
import { trimBlanks } from '../../../http/fieldrules.ts'
import { isHeaderName } from '../../../http/headers.ts'
import type { HeaderList } from '../../../types.ts'
import { Refusal } from '../fields.ts'

/** The supported version. Clients with another version get a response that names it (RFC 6455 section 4.4). */
const VERSION = '13'

const OTHER_VERSION = ['sec-websocket-version', VERSION, 'upgrade', 'websocket']

/**
 * Returns the subprotocols that a client offers, in the order of the client. Returns a refusal if the handshake is
 * invalid (RFC 6455 section 4.2.1).
 *
 * Version 8, a draft, is refused: it sends the origin in another header, which origin checks do not read.
 */
export function readHandshake(headers: HeaderList): readonly string[] | Refusal {
  if (singleValue(headers, 'sec-websocket-version') !== VERSION)
    return new Refusal(426, OTHER_VERSION)
  const key = singleValue(headers, 'sec-websocket-key')
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) return new Refusal(400)
  const offered = allValues(headers, 'sec-websocket-protocol')
  if (offered.length === 0) return []
  // Empty members are ignored (RFC 9110 section 5.6.1.2), but at least one must not be empty.
  const members = offered.join(',').split(',').map(trimBlanks)
  const subprotocols = members.filter((member) => member !== '')
  const areTokens = subprotocols.length > 0 && subprotocols.every(isHeaderName)
  if (!areTokens || new Set(subprotocols).size < subprotocols.length) return new Refusal(400)
  return subprotocols
}

/** Fields with lists. `ws` parses them again, and rejects a list with an empty member. */
const LISTS = ['sec-websocket-protocol', 'sec-websocket-extensions']

/** Returns the request without empty list members, which `ws` rejects. It is usually the same object. */
export function readable(request: IncomingMessage): IncomingMessage {
  const changed = LISTS.flatMap((name) => {
    const value = request.headers[name]
    const members = typeof value === 'string' ? withoutEmptyMembers(value) : value
    return members === value ? [] : [[name, members] as const]
  })
  if (changed.length === 0) return request
  // The request is not changed, because it may belong to a host that also reads its headers.
  const headers = { ...request.headers, ...Object.fromEntries(changed) }
  return Object.create(request, { headers: { value: headers } })
}

/** Returns a list without its empty members. Commas in quotes do not separate members. */
function withoutEmptyMembers(list: string): string {
  const members: string[] = []
  let start = 0
  let quoted = false
  for (let index = 0; index <= list.length; index++) {
    if (list[index] === '"') quoted = !quoted
    if (index < list.length && (quoted || list[index] !== ',')) continue
    members.push(trimBlanks(list.slice(start, index)))
    start = index + 1
  }
  return members.includes('') ? members.filter((member) => member !== '').join(', ') : list
}

/** Returns the value of a header, or undefined if it does not occur exactly once. */
function singleValue(headers: HeaderList, name: string): string | undefined {
  const values = allValues(headers, name)
  return values.length === 1 ? values[0] : undefined
}

function allValues(headers: HeaderList, name: string): string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === name)
}
