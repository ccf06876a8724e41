/** Reads and checks the fields of trusted proxies. It does not change the scope. */
import { Headers } from '../../http/headers.ts'
import { isAuthority } from '../../http/hosts.ts'
import type { Address, ConnectionScope } from '../../types.ts'
import { type ForwardedElement, parseForwarded } from './forwarded.ts'
import { parseNode } from './nodes.ts'

/** Which fields are read, and which peers are trusted. */
export interface Trust {
  readonly isTrusted: (host: string) => boolean
  readonly forwarded: boolean
  readonly proto: boolean
  readonly host: boolean
  readonly port: boolean
  readonly prefix: boolean
}

/** The reported values. A value is undefined if its field is missing or not read. */
export interface Claims {
  readonly client: Address | undefined
  readonly scheme: 'http' | 'https' | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly prefix: string | undefined
}

/** A malformed field of a trusted proxy. */
export class InvalidField {
  readonly field: string

  constructor(field: string) {
    this.field = field
  }
}

/** Reads the fields for the first untrusted address, searched from the last proxy on. */
export function readClaims(scope: ConnectionScope, trust: Trust): Claims | InvalidField {
  const headers = new Headers(scope.headers)
  return trust.forwarded ? fromForwarded(headers, trust) : fromXForwarded(headers, trust)
}

function fromForwarded(headers: Headers, trust: Trust): Claims | InvalidField {
  const elements = parseForwarded(headers.getAll('forwarded').join(','))
  if (elements === undefined) return new InvalidField('Forwarded')
  const found = findClient(
    elements.map((element) => element.get('for')),
    trust,
  )
  if (found === undefined) return new InvalidField('Forwarded')
  const element: ForwardedElement = elements.at(-1 - found.steps) ?? new Map()
  const scheme = trust.proto ? readScheme(element.get('proto')) : undefined
  const host = trust.host ? readHost(element.get('host')) : undefined
  if (scheme === null || host === null) return new InvalidField('Forwarded')
  return { client: found.client, scheme, host, port: undefined, prefix: undefined }
}

function fromXForwarded(headers: Headers, trust: Trust): Claims | InvalidField {
  const found = findClient(listOf(headers, 'x-forwarded-for'), trust)
  if (found === undefined) return new InvalidField('X-Forwarded-For')
  const claimed = (isRead: boolean, name: string) =>
    isRead ? valueAt(listOf(headers, name), found.steps) : undefined
  const scheme = readScheme(claimed(trust.proto, 'x-forwarded-proto'))
  const host = readHost(claimed(trust.host, 'x-forwarded-host'))
  const port = readPort(claimed(trust.port, 'x-forwarded-port'))
  const prefix = readPrefix(claimed(trust.prefix, 'x-forwarded-prefix'))
  if (scheme === null) return new InvalidField('X-Forwarded-Proto')
  if (host === null) return new InvalidField('X-Forwarded-Host')
  if (port === null) return new InvalidField('X-Forwarded-Port')
  if (prefix === null) return new InvalidField('X-Forwarded-Prefix')
  return { client: found.client, scheme, host, port, prefix }
}

interface ClientClaim {
  /** The first untrusted address from the right, or the leftmost; undefined for an empty list. */
  readonly client: Address | undefined
  /** The number of trusted elements to the right of it. */
  readonly steps: number
}

function findClient(
  nodes: readonly (string | undefined)[],
  { isTrusted }: Trust,
): ClientClaim | undefined {
  for (let steps = 0; steps < nodes.length; steps++) {
    const text = nodes.at(-1 - steps)
    const client = text === undefined ? WITHOUT_FOR : parseNode(text)
    if (client === undefined) return undefined
    if (steps === nodes.length - 1 || !isTrusted(client.host)) return { client, steps }
  }
  return { client: undefined, steps: 0 }
}

/** An element of `Forwarded` without `for`. */
const WITHOUT_FOR: Address = Object.freeze({ host: 'unknown', port: 0 })

function listOf(headers: Headers, name: string): string[] {
  const values = headers.getAll(name).flatMap((value) => value.split(','))
  return values.map((value) => value.trim()).filter((value) => value !== '')
}

/**
 * Returns the value of the outermost trusted proxy. Either each proxy appends a value, or one proxy
 * replaces them all. Values further left came from the client.
 */
function valueAt(values: readonly string[], steps: number): string | undefined {
  return values.at(-1 - steps) ?? values[0]
}

// Readers return undefined for a missing value, and null for an invalid one.

function readScheme(text: string | undefined): 'http' | 'https' | null | undefined {
  const scheme = text?.toLowerCase()
  if (scheme === 'http' || scheme === 'ws') return 'http'
  if (scheme === 'https' || scheme === 'wss') return 'https'
  return scheme === undefined ? undefined : null
}

function readHost(text: string | undefined): string | null | undefined {
  return text === undefined || isAuthority(text) ? text : null
}

function readPort(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0
  return port > 0 && port <= 65_535 ? port : null
}

const PREFIX = /^(?:\/[0-9A-Za-z\-._~!$&'()*+,;=:@]+)*\/?$/

/** Accepts plain segments only, because the prefix becomes a part of URLs and paths. */
function readPrefix(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined
  if (!PREFIX.test(text) || /\/\.{1,2}(?:\/|$)/.test(text)) return null
  return text.endsWith('/') ? text.slice(0, -1) : text
}
