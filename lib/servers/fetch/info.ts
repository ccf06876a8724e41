/** What runtimes tell a fetch handler besides the request, each in its own way. */
import type { Address } from '../../types.ts'

/** What came with a request; every runtime has some of it, or none. */
export interface RequestInfo {
  /** The peer, as our own servers tell it. */
  readonly client?: Address | null
  /** The peer, as Deno tells it. */
  readonly remoteAddr?: { readonly hostname?: string; readonly port?: number }
  /** The peer, as Bun's server tells it. */
  readonly requestIP?: (
    request: globalThis.Request,
  ) => { readonly address: string; readonly port: number } | null
  /** Keeps the runtime awake until the promise is settled. */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

/** What came as a third argument: the execution context of Workers. */
export interface RequestContext {
  readonly waitUntil?: (work: Promise<unknown>) => void
}

/** The peer, or null when the runtime does not tell. */
export function clientOf(request: globalThis.Request, info: unknown): Address | null {
  if (!isObject(info)) return null
  // Each is checked for itself: on Workers this is an object of the user's own making.
  const { client, remoteAddr, requestIP } = info as RequestInfo
  if (isObject(client)) return addressOf(client.host, client.port)
  if (isObject(remoteAddr)) return addressOf(remoteAddr.hostname, remoteAddr.port)
  if (typeof requestIP !== 'function') return null
  const peer = requestIP.call(info, request)
  return isObject(peer) ? addressOf(peer.address, peer.port) : null
}

/**
 * Puts the peer into a scope. Bun takes a fifth of the time of a small answer to tell it, so there it is
 * asked when it is read; after the response was sent, the runtime no longer knows.
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
  // Of the scope itself, so that a copy of it has the value.
  Object.defineProperty(scope, 'client', { enumerable: true, configurable: true, get, set: settle })
}

const PLAIN = { enumerable: true, configurable: true, writable: true } as const

/** Hands work to the runtime, where it takes it. */
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
