/** Reads the client's side of a handshake. */
import type { IncomingMessage } from 'node:http'
import { trimBlanks } from '../../../http/fieldrules.ts'
import { isHeaderName } from '../../../http/headers.ts'
import type { HeaderList } from '../../../types.ts'
import { Refusal } from '../fields.ts'

/** The supported version; clients with another one are told so (section 4.4). */
const VERSION = '13'

const OTHER_VERSION = ['sec-websocket-version', VERSION, 'upgrade', 'websocket']

/**
 * The subprotocols that a client offers, in its order, or a refusal if the handshake is invalid (RFC
 * 6455 section 4.2.1).
 *
 * Version 8, a draft, sends its origin in a header of another name, which checks of the origin miss.
 */
export function readHandshake(headers: HeaderList): readonly string[] | Refusal {
  if (only(headers, 'sec-websocket-version') !== VERSION) return new Refusal(426, OTHER_VERSION)
  const key = only(headers, 'sec-websocket-key')
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) return new Refusal(400)
  const offered = all(headers, 'sec-websocket-protocol')
  if (offered.length === 0) return []
  // Empty members are ignored (RFC 9110 section 5.6.1.2), but there must be one that is not.
  const members = offered.join(',').split(',').map(trimBlanks)
  const subprotocols = members.filter((member) => member !== '')
  const areTokens = subprotocols.length > 0 && subprotocols.every(isHeaderName)
  if (!areTokens || new Set(subprotocols).size < subprotocols.length) return new Refusal(400)
  return subprotocols
}

/** Lists that `ws` parses again, and rejects if they have an empty member. */
const LISTS = ['sec-websocket-protocol', 'sec-websocket-extensions']

/** The request as `ws` can read it, usually the same object. */
export function readable(request: IncomingMessage): IncomingMessage {
  const changed = LISTS.flatMap((name) => {
    const value = request.headers[name]
    const members = typeof value === 'string' ? withoutEmptyMembers(value) : value
    return members === value ? [] : [[name, members] as const]
  })
  if (changed.length === 0) return request
  // The request itself may belong to a host, which reads its headers too.
  const headers = { ...request.headers, ...Object.fromEntries(changed) }
  return Object.create(request, { headers: { value: headers } })
}

/** A list without its empty members; commas in quotes do not separate members. */
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

/** The value of a header that occurs once. */
function only(headers: HeaderList, name: string): string | undefined {
  const values = all(headers, name)
  return values.length === 1 ? values[0] : undefined
}

function all(headers: HeaderList, name: string): string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === name)
}
