/** Scopes and requests for unit tests of handlers and apps, without a client. */
import type { Headers, HeadersInit } from '../../http/headers.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import { type Items, iterate } from '../../internal/sources.ts'
import { Request } from '../../requests.ts'
import type { Address, HTTPScope, Receive, State } from '../../types.ts'
import { encodeBody } from './bodies.ts'
import type { TestRequestOptions } from './options.ts'
import { httpScope, mergedHeaders, resolve } from './scopes.ts'

export interface MakeScopeOptions {
  /** The method ('GET'). */
  method?: string
  /** Header fields (none). */
  headers?: HeadersInit
  /** The address of the client ({ host: 'testclient', port: 50000 }). */
  client?: Address | null
  /** The root path (''). */
  rootPath?: string
  /** The state of the lifespan (none). */
  state?: State
  /** Further keys, such as `pathParams`, `session` or `user` (none). */
  scope?: Partial<HTTPScope>
}

export interface MakeRequestOptions
  extends MakeScopeOptions,
    Pick<TestRequestOptions, 'body' | 'json'> {}

const BASE = 'http://testserver/'

/**
 * Returns the scope of a request as a server would make it, for tests of apps and middleware.
 *
 * @param target A path, or a whole URL.
 * @throws TypeError if an option is unknown, URIError if the path cannot be decoded.
 * @example
 * const scope = makeScope('/users/7?full=1', { headers: { accept: 'application/json' } })
 * console.assert(scope.path === '/users/7' && scope.queryString === 'full=1')
 */
export function makeScope(target: string | URL = '/', options: MakeScopeOptions = {}): HTTPScope {
  knownOptions('makeScope', options, 'method headers client rootPath state scope')
  return scopeOf(target, options, mergedHeaders(undefined, options.headers))
}

/**
 * Returns a request for a unit test of a handler, with a body that can be read once.
 *
 * @param target A path, or a whole URL.
 * @throws TypeError if an option is unknown, URIError if the path cannot be decoded.
 * @example
 * const greet = async (request: Request<{ name: string }>) =>
 *   new JSONResponse({ name: request.pathParams.name, ...(await request.json() as object) })
 * const request = await makeRequest<{ name: string }>('/ada', {
 *   method: 'POST',
 *   json: { loud: true },
 *   scope: { pathParams: { name: 'ada' } },
 * })
 * const response = await greet(request)
 * console.assert(response.status === 200)
 */
export async function makeRequest<Params = Record<string, unknown>>(
  target: string | URL = '/',
  options: MakeRequestOptions = {},
): Promise<Request<Params>> {
  knownOptions('makeRequest', options, 'method headers client rootPath state scope body json')
  const headers = mergedHeaders(undefined, options.headers)
  const body = await encodeBody(options, headers)
  return new Request<Params>(scopeOf(target, options, headers), receiving(body))
}

function scopeOf(target: string | URL, options: MakeScopeOptions, headers: Headers): HTTPScope {
  const { method = 'GET', state, scope, client, rootPath } = options
  const chosen = {
    ...(client === undefined ? {} : { client }),
    ...(rootPath === undefined ? {} : { rootPath }),
  }
  const url = resolve(target, BASE)
  return { ...httpScope(method.toUpperCase(), url, headers, chosen, state), ...scope }
}

/** Returns the parts of a body and then stays pending, as if the client waits for its response. */
function receiving(body: ReadableStream<Uint8Array> | null): Receive {
  const parts: Items<Uint8Array> | undefined = body === null ? undefined : iterate(body)
  let isRead = false
  return async () => {
    if (isRead) return new Promise(() => {})
    const part = await parts?.next()
    isRead = part === undefined || part.done === true
    const bytes = part === undefined || part.done ? NO_BYTES : part.value
    return { type: 'http.request', body: bytes, moreBody: !isRead }
  }
}
