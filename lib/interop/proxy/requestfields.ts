/** The fields of a request on its way to the upstream. */
import { HTTPException } from '../../exceptions.ts'
import { Headers, indexOfName, isHeaderName, isHeaderValue } from '../../http/headers.ts'
import { hopByHop, optionsOf } from '../../http/hopbyhop.ts'
import { hostHeader } from '../../http/hosts.ts'
import type { HeaderList, HTTPScope, WebSocketScope } from '../../types.ts'
import { type ForwardedFields, forwardedFields, otherFields, tellsOfClient } from './forwarded.ts'

/** What the options say about them. */
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

/** Those that say how the message is framed, who it is for, or that both sides agree on anew. */
const OURS = new Set(['host', 'content-length', 'expect'])

/**
 * All but the framing, which `readFraming` tells.
 *
 * What is for the client's connection only goes first, so that a client cannot take away by
 * `Connection` what is added here.
 *
 * @throws HTTPException 400 for a field that no message may have, 508 when the request has been here.
 */
export function requestFields(scope: HTTPScope | WebSocketScope, rules: RequestRules): HeaderList {
  const { headers } = scope
  const isDropped = hopByHop(headers)
  const kept: string[] = []
  const came: string[] = []
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    if (!isHeaderName(name) || !isHeaderValue(value)) throw new HTTPException(400)
    if (isDropped(name) || OURS.has(name)) continue
    if (name === 'via') assertNoLoop(value, rules.via)
    if (name === 'cookie' && joinCookies(kept, value)) continue
    const list = tellsOfClient(name) ? came : kept
    list.push(name, value)
  }
  const believed = rules.trustForwarded ? came : []
  const host = rules.keepHost ? hostHeader(scope) || rules.authority : rules.authority
  const fields = [
    ...kept,
    ...otherFields(rules.forwarded, believed),
    ...forwardedFields(scope, rules.forwarded, believed),
  ]
  if (rules.via !== '') fields.push('via', `${scope.httpVersion} ${rules.via}`)
  const changed = new Headers(fields)
  rules.requestHeaders?.(changed, scope)
  // A host that the option has set goes before.
  return ['host', changed.get('host') ?? host, ...withoutOurs(changed.list)]
}

/**
 * Adds to the `Cookie` field that came before, if there was one. Readers of HTTP/1 expect a single one,
 * and each takes another of several (RFC 9113 section 8.2.3).
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

/** How a request's body is framed. */
export interface Framing {
  /** The announced length; undefined when it comes in chunks. */
  readonly length: number | undefined
  /** Whether the client waits for a 100. */
  readonly expectsContinue: boolean
  readonly acceptsTrailers: boolean
}

/**
 * Reads what the fields say about the body.
 *
 * @throws HTTPException 400 when they say two things.
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
  // Of other versions than 1 a body needs neither.
  const isOpen = codings.length > 0 || (length === undefined && !httpVersion.startsWith('1'))
  return {
    length: isOpen ? undefined : Number(length ?? 0),
    expectsContinue: optionsOf(headers, 'expect').has('100-continue') && httpVersion !== '1.0',
    acceptsTrailers: optionsOf(headers, 'te').has('trailers'),
  }
}
