/** The fields of a request for the upstream. */
import { HTTPException } from '../../exceptions.ts'
import { Headers, indexOfName, isHeaderName, isHeaderValue } from '../../http/headers.ts'
import { hopByHop, optionsOf } from '../../http/hopbyhop.ts'
import { hostHeader } from '../../http/hosts.ts'
import type { HeaderList, HTTPScope, WebSocketScope } from '../../types.ts'
import {
  type ForwardedFields,
  forwardedFields,
  isForwardedField,
  otherFields,
} from './forwarded.ts'

/** The options about these fields. */
export interface RequestRules {
  readonly authority: string
  readonly keepHost: boolean
  readonly forwarded: ForwardedFields
  readonly trustForwarded: boolean
  /** The name in `Via`, or '' for none. */
  readonly via: string
  readonly requestHeaders?:
    | ((headers: Headers, scope: HTTPScope | WebSocketScope) => void)
    | undefined
}

/** Fields that the proxy sets itself: framing, host and expectations. */
const OURS = new Set(['host', 'content-length', 'expect'])

/**
 * The fields for the upstream, except the framing, which `readFraming` reads.
 *
 * Hop-by-hop fields are removed first. Otherwise, a client could use `Connection` to remove fields that are
 * added here.
 *
 * @throws HTTPException 400 if a field is invalid, 508 if the request has looped back.
 */
export function requestFields(scope: HTTPScope | WebSocketScope, rules: RequestRules): HeaderList {
  const { headers } = scope
  const isDropped = hopByHop(headers)
  const kept: string[] = []
  const incoming: string[] = []
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    if (!isHeaderName(name) || !isHeaderValue(value)) throw new HTTPException(400)
    if (isDropped(name) || OURS.has(name)) continue
    if (name === 'via') assertNoLoop(value, rules.via)
    if (name === 'cookie' && joinCookies(kept, value)) continue
    const list = isForwardedField(name) ? incoming : kept
    list.push(name, value)
  }
  const trusted = rules.trustForwarded ? incoming : []
  const host = rules.keepHost ? hostHeader(scope) || rules.authority : rules.authority
  const fields = [
    ...kept,
    ...otherFields(rules.forwarded, trusted),
    ...forwardedFields(scope, rules.forwarded, trusted),
  ]
  if (rules.via !== '') fields.push('via', `${scope.httpVersion} ${rules.via}`)
  const changed = new Headers(fields)
  rules.requestHeaders?.(changed, scope)
  // A host that the option has set takes precedence.
  return ['host', changed.get('host') ?? host, ...withoutOurs(changed.list)]
}

/**
 * Appends to the preceding `Cookie` field, if any. Readers of HTTP/1 expect a single one, and differ in
 * which of several they use (RFC 9113 section 8.2.3).
 */
function joinCookies(kept: string[], value: string): boolean {
  const index = indexOfName(kept, 'cookie')
  if (index < 0) return false
  kept[index + 1] = `${kept[index + 1]}; ${value}`
  return true
}

function withoutOurs(fields: HeaderList): HeaderList {
  const isDropped = hopByHop(fields)
  return fields.filter((_, index) => {
    const name = fields[index - (index % 2)] ?? ''
    return !isDropped(name) && !OURS.has(name)
  })
}

function assertNoLoop(via: string, name: string): void {
  if (name === '') return
  const hops = via.split(',').map((hop) => hop.trim().split(/[ \t]+/)[1])
  if (hops.includes(name)) throw new HTTPException(508, 'Loop Detected')
}

/** The framing of a request's body. */
export interface Framing {
  /** The declared length; undefined for a chunked body. */
  readonly length: number | undefined
  /** Whether the client waits for a 100. */
  readonly expectsContinue: boolean
  readonly acceptsTrailers: boolean
}

/**
 * Reads the framing from the fields.
 *
 * @throws HTTPException 400 if the fields contradict each other.
 */
export function readFraming({ headers, httpVersion }: HTTPScope): Framing {
  const view = new Headers(headers)
  const lengths = view.getAll('content-length')
  const codings = view.getAll('transfer-encoding')
  const [length] = lengths
  if (lengths.length > 1 || codings.length > 1 || lengths.length + codings.length > 1) {
    throw new HTTPException(400)
  }
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) throw new HTTPException(400)
  if (codings.some((coding) => coding.trim().toLowerCase() !== 'chunked')) {
    throw new HTTPException(400)
  }
  // In HTTP/2 and later, a body needs neither.
  const isOpen = codings.length > 0 || (length === undefined && !httpVersion.startsWith('1'))
  return {
    length: isOpen ? undefined : Number(length ?? 0),
    expectsContinue: optionsOf(headers, 'expect').has('100-continue') && httpVersion !== '1.0',
    acceptsTrailers: optionsOf(headers, 'te').has('trailers'),
  }
}
