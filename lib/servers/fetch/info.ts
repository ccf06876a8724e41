/** Reads the arguments that runtimes pass to a fetch handler besides the request. */
import type { Address } from '../../types.ts'

/** The second argument of a fetch handler. Each runtime sets some of these properties, or none. */
export interface RequestInfo {
  /** The client, from this package's servers. */
  readonly client?: Address | null
  /** The client, from Deno. */
  readonly remoteAddr?: { readonly hostname?: string; readonly port?: number }
  /** The client, from Bun's server. */
  readonly requestIP?: (
    request: globalThis.Request,
  ) => { readonly address: string; readonly port: number } | null
  /** Keeps the runtime running until the promise is settled. */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

/** The third argument: the execution context of Workers. */
export interface RequestContext {
  readonly waitUntil?: (work: Promise<unknown>) => void
}

/** The address of the client, or null if the runtime does not report it. */
export function clientOf(request: globalThis.Request, info: unknown): Address | null {
  if (!isObject(info)) return null
  // Each property is checked: on Workers this is the user's object.
  const { client, remoteAddr, requestIP } = info as RequestInfo
  if (isObject(client)) return addressOf(client.host, client.port)
  if (isObject(remoteAddr)) return addressOf(remoteAddr.hostname, remoteAddr.port)
  if (typeof requestIP !== 'function') return null
  const peer = requestIP.call(info, request)
  return isObject(peer) ? addressOf(peer.address, peer.port) : null
}

/**
 * Sets the client of a scope. In Bun, reading the address takes a fifth of the time of a small exchange, so
 * there it is read on demand. After the response was sent, the runtime no longer reports it.
 */
export function putClient(
  scope: { client: Address | null },
  request: globalThis.Request,
  info: unknown,
): void {
  if (!isObject(info) || typeof (info as RequestInfo).requestIP !== 'function') {
    scope.client = clientOf(request, info)
    return
  }
  const settle = (value: Address | null): void => {
    Object.defineProperty(scope, 'client', { ...PLAIN, value })
  }
  const get = (): Address | null => {
    settle(clientOf(request, info))
    return scope.client
  }
  // It is an own property of the scope because copies must have the value.
  Object.defineProperty(scope, 'client', { enumerable: true, configurable: true, get, set: settle })
}

const PLAIN = { enumerable: true, configurable: true, writable: true } as const

/** Passes work to the runtime, if it supports `waitUntil`. */
export function waitUntil(work: Promise<unknown>, info: unknown, context: unknown): void {
  for (const keeper of [context, info]) {
    if (!isObject(keeper) || typeof (keeper as RequestContext).waitUntil !== 'function') continue
    ;(keeper as Required<RequestContext>).waitUntil(work)
    return
  }
}

function addressOf(host: unknown, port: unknown): Address | null {
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : null
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
