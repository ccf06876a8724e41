/** Makes the scope of a request, and refuses requests that two readers could read differently. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { isAuthority } from '../../hosts.ts'
import type { Address, HeaderList, HTTPScope, ServerAddress, State } from '../../types.ts'
import { parseTarget } from './target.ts'

/** What is the same for all requests of a server. */
export interface Site {
  readonly rootPath: string
  readonly server: ServerAddress | null
  readonly state: State | undefined
}

/** Why a request is not handed to the app: the status to answer it with. */
export class Refusal {
  readonly status: number

  constructor(status: number) {
    this.status = status
  }
}

const ASGI = { version: '3.0', specVersion: '2.5' } as const
const EXTENSIONS = {
  'http.response.trailers': {},
  'http.response.early_hint': {},
  'http.response.pathsend': {},
} as const

/**
 * The scope of a request, without `onDisconnect`.
 *
 * It is built from `rawHeaders`: Node's own `headers` merges duplicates and drops some.
 */
export function buildScope(
  request: IncomingMessage,
  site: Site,
  onDisconnect: (listener: () => void) => void,
): HTTPScope | Refusal {
  const target = parseTarget(request.url ?? '')
  const { httpVersion } = request
  // Node's parser also takes HTTP/0.9, and HTTP/2.0 in the form of HTTP/1.
  if (target === undefined || (httpVersion !== '1.1' && httpVersion !== '1.0')) {
    return new Refusal(400)
  }
  const headers = lowerNames(request.rawHeaders)
  const fault =
    hostFault(headers, target.authority, httpVersion) ?? codingFault(headers, httpVersion)
  if (fault !== undefined) return fault
  const { rootPath, server, state } = site
  // Every key that routing may set is there from the start: adding keys later costs more than all
  // of the rest (each changes the shape of the object).
  return {
    type: 'http',
    asgi: ASGI,
    httpVersion,
    method: request.method ?? 'GET',
    scheme: (request.socket as TLSSocket).encrypted ? 'https' : 'http',
    // `*` is the server itself, below no prefix.
    path: target.path === '*' ? '*' : rootPath + target.path,
    rawPath: target.path === '*' ? '*' : rootPath + target.rawPath,
    queryString: target.queryString,
    rootPath,
    headers,
    client: clientAddress(request.socket),
    server,
    extensions: EXTENSIONS,
    onDisconnect,
    state: state === undefined ? undefined : { ...state },
    appRootPath: undefined,
    app: undefined,
    router: undefined,
    route: undefined,
    endpoint: undefined,
    pathParams: undefined,
    exceptionHandlers: undefined,
    maxBodySize: undefined,
  }
}

const KNOWN_NAMES = new Map<string, string>()
const MOST_KNOWN_NAMES = 1000

/** Lower-case names by a table of those seen, which takes half the time (161 ns against 327 for nine). */
function lowerNames(rawHeaders: readonly string[]): HeaderList {
  const headers = rawHeaders.slice()
  for (let index = 0; index < headers.length; index += 2) {
    headers[index] = lowerName(headers[index] ?? '')
  }
  return headers
}

function lowerName(name: string): string {
  const known = KNOWN_NAMES.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  // Clients choose names; the table must not grow with what they think of.
  if (KNOWN_NAMES.size < MOST_KNOWN_NAMES && name.length <= 64) KNOWN_NAMES.set(name, lower)
  return lower
}

/**
 * One Host field, and a valid one (RFC 9112 section 3.2), which HTTP/1.0 may leave out; the authority
 * of the target replaces it.
 */
function hostFault(
  headers: HeaderList,
  authority: string | undefined,
  httpVersion: string,
): Refusal | undefined {
  let place = -1
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== 'host') continue
    if (place >= 0) return new Refusal(400)
    place = index
  }
  if (place < 0 && httpVersion === '1.1') return new Refusal(400)
  if (authority !== undefined) {
    if (place < 0) place = headers.push('host', authority) - 2
    headers[place + 1] = authority
  }
  if (place < 0 || isKnownHost(headers[place + 1] ?? '')) return undefined
  return new Refusal(400)
}

let lastHost = ''

/** Most requests name the host that the one before named. */
function isKnownHost(host: string): boolean {
  if (host === lastHost && host !== '') return true
  if (!isAuthority(host)) return false
  lastHost = host
  return true
}

/** Node decodes chunked and passes any other coding on, undecoded; so nobody could read the body. */
function codingFault(headers: HeaderList, httpVersion: string): Refusal | undefined {
  let seen = false
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== 'transfer-encoding') continue
    if (seen || httpVersion === '1.0') return new Refusal(400)
    if (headers[index + 1]?.trim().toLowerCase() !== 'chunked') return new Refusal(501)
    seen = true
  }
  return undefined
}

function clientAddress({ remoteAddress, remotePort }: Socket): Address | null {
  if (remoteAddress === undefined || remotePort === undefined) return null
  return { host: remoteAddress, port: remotePort }
}
