/** Reads and checks what trusted proxies claim about a request; applies nothing. */
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

/** The claims; undefined if nothing is claimed. */
export interface Claims {
  readonly client: Address | undefined
  readonly scheme: 'http' | 'https' | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly prefix: string | undefined
}

/** A malformed field of a trusted proxy. */
export class Garbage {
  readonly field: string

  constructor(field: string) {
    this.field = field
  }
}

/** Walks from the last proxy to the first untrusted address, whose claims count. */
export function readClaims(scope: ConnectionScope, trust: Trust): Claims | Garbage {
  const headers = new Headers(scope.headers)
  return trust.forwarded ? fromForwarded(headers, trust) : fromXForwarded(headers, trust)
}

function fromForwarded(headers: Headers, trust: Trust): Claims | Garbage {
  const elements = parseForwarded(headers.getAll('forwarded').join(','))
  if (elements === undefined) return new Garbage('Forwarded')
  const found = walk(
    elements.map((element) => element.get('for')),
    trust,
  )
  if (found === undefined) return new Garbage('Forwarded')
  const element: ForwardedElement = elements.at(-1 - found.steps) ?? new Map()
  const scheme = trust.proto ? readScheme(element.get('proto')) : undefined
  const host = trust.host ? readHost(element.get('host')) : undefined
  if (scheme === null || host === null) return new Garbage('Forwarded')
  return { client: found.client, scheme, host, port: undefined, prefix: undefined }
}

function fromXForwarded(headers: Headers, trust: Trust): Claims | Garbage {
  const found = walk(listOf(headers, 'x-forwarded-for'), trust)
  if (found === undefined) return new Garbage('X-Forwarded-For')
  const claimed = (isRead: boolean, name: string) =>
    isRead ? listed(listOf(headers, name), found.steps) : undefined
  const scheme = readScheme(claimed(trust.proto, 'x-forwarded-proto'))
  const host = readHost(claimed(trust.host, 'x-forwarded-host'))
  const port = readPort(claimed(trust.port, 'x-forwarded-port'))
  const prefix = readPrefix(claimed(trust.prefix, 'x-forwarded-prefix'))
  if (scheme === null) return new Garbage('X-Forwarded-Proto')
  if (host === null) return new Garbage('X-Forwarded-Host')
  if (port === null) return new Garbage('X-Forwarded-Port')
  if (prefix === null) return new Garbage('X-Forwarded-Prefix')
  return { client: found.client, scheme, host, port, prefix }
}

interface ClientClaim {
  /** The first untrusted address from the right, or the leftmost; undefined for an empty list. */
  readonly client: Address | undefined
  /** How many trusted elements are to the right of it. */
  readonly steps: number
}

function walk(
  nodes: readonly (string | undefined)[],
  { isTrusted }: Trust,
): ClientClaim | undefined {
  for (let steps = 0; steps < nodes.length; steps++) {
    const text = nodes.at(-1 - steps)
    const client = text === undefined ? UNTOLD : parseNode(text)
    if (client === undefined) return undefined
    if (steps === nodes.length - 1 || !isTrusted(client.host)) return { client, steps }
  }
  return { client: undefined, steps: 0 }
}

/** An element of `Forwarded` without `for`. */
const UNTOLD: Address = Object.freeze({ host: 'unknown', port: 0 })

function listOf(headers: Headers, name: string): string[] {
  const values = headers.getAll(name).flatMap((value) => value.split(','))
  return values.map((value) => value.trim()).filter((value) => value !== '')
}

/**
 * The value that the outermost trusted proxy wrote: either each proxy appends one, or one replaces them
 * all. Values further left came from the client.
 */
function listed(values: readonly string[], steps: number): string | undefined {
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

/** Accepts plain segments only, since a prefix becomes part of URLs and paths. */
function readPrefix(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined
  if (!PREFIX.test(text) || /\/\.{1,2}(?:\/|$)/.test(text)) return null
  return text.endsWith('/') ? text.slice(0, -1) : text
}
