/** Cross-origin resource sharing: lets scripts of other sites read responses (Fetch Standard). */

import { changeStart, type StartChange } from '../authoring/changestart.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { Headers, indexOfName } from '../http/headers.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { PlainTextResponse } from '../responses/bodies.ts'
import type { App, HeaderList, HTTPScope, Middleware } from '../types.ts'
import { type Origins, originRule } from './cors/origins.ts'
import {
  names,
  type Permissions,
  type PermissionsOptions,
  permissionsOf,
  preflightFields,
  preflightRequestOf,
  refusedParts,
  requestedMethod,
} from './cors/preflight.ts'

export type { OriginCheck, Origins } from './cors/origins.ts'

export interface CORSOptions extends PermissionsOptions {
  /**
   * Origins that may read responses (none). `'*'` allows all. A list holds origins
   * (`https://example.org`), all subdomains of one (`https://*.example.org`), and regular expressions,
   * which must match the whole origin. A function is called for each request.
   */
  origins?: Origins
  /** Response fields that scripts may read besides the safelisted ones (none). */
  exposeHeaders?: readonly string[]
}

/**
 * Answers preflight requests, and adds the fields that let scripts of other origins read a response.
 *
 * A disallowed origin gets the response without the CORS fields, so its scripts cannot read it; its
 * requests still reach the app. CORS fields that the app sets are removed. Error responses carry the
 * fields too, including the 500 for a bug. Responses that depend on the origin have `Vary: Origin`. The
 * origin `null` is allowed only by `'*'` and by functions. Websockets pass unchanged, because browsers do
 * not apply CORS to them. On a route or a mount, cors() also handles preflight requests, 405s and
 * redirects.
 *
 * @throws TypeError if an origin or a name is invalid, or if `credentials` is set without listing origins,
 * because every site could then read the data of every user.
 * @throws RangeError if `maxAge` is not a whole number of seconds.
 * @example
 * const shared = cors({
 *   origins: ['https://example.org', 'https://*.example.org'],
 *   methods: ['GET', 'POST'],
 *   headers: ['x-request-id'],
 *   credentials: true,
 * })
 * Mount('/api', app, { middleware: [shared] })
 */
export function cors(options: CORSOptions = {}): Middleware {
  knownOptions(
    'cors',
    options,
    'origins exposeHeaders methods headers credentials privateNetwork maxAge',
  )
  const { kind, allows } = originRule(options.origins, options.credentials)
  const permissions = permissionsOf(options)
  const fields = simpleFields(options)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const origin = originOf(scope)
    const method = origin === undefined ? undefined : requestedMethod(scope)
    const answer = (isAllowed: boolean): Promise<void> => {
      const grant: Grant = { kind, origin: isAllowed ? origin : undefined }
      if (method !== undefined) {
        return preflight(method, scope, grant, permissions)(scope, receive, send)
      }
      const granting: StartChange = (message) =>
        withHeaders(message, withGrant(message.headers, grant, fields))
      return app(scope, receive, changeStart(send, granting))
    }
    const isAllowed = origin !== undefined && allows(origin, scope)
    return typeof isAllowed === 'boolean' ? answer(isAllowed) : isAllowed.then(answer)
  }
  return named('cors', middleware)
}

/** Which origins may read a response: all, this one, or none. */
interface Grant {
  readonly kind: 'all' | 'none' | 'some'
  readonly origin: string | undefined
}

function originOf({ headers }: HTTPScope): string | undefined {
  const index = indexOfName(headers, 'origin')
  return index < 0 ? undefined : headers[index + 1]
}

function simpleFields({ credentials, exposeHeaders = [] }: CORSOptions): HeaderList {
  const exposed = names('exposeHeaders', exposeHeaders).join(', ')
  const fields: string[] = []
  if (credentials) fields.push('access-control-allow-credentials', 'true')
  if (exposed !== '') fields.push('access-control-expose-headers', exposed)
  return fields
}

/**
 * Adds the CORS fields. `'*'` is sent without an `Origin` too, because a cache may store that response.
 */
function withGrant(list: HeaderList, { kind, origin }: Grant, fields: HeaderList): HeaderList {
  const headers = new Headers(list)
  if (kind === 'some') headers.vary('Origin')
  const allowed = kind === 'all' ? '*' : origin
  // CORS fields from the app must not allow other origins than this middleware does.
  headers.delete('access-control-allow-credentials')
  if (allowed === undefined) {
    return headers.delete('access-control-allow-origin').delete('access-control-expose-headers')
      .list
  }
  headers.set('access-control-allow-origin', allowed)
  for (let index = 0; index < fields.length; index += 2) {
    headers.set(fields[index] ?? '', fields[index + 1] ?? '')
  }
  return headers.list
}

function preflight(
  method: string,
  scope: HTTPScope,
  { kind, origin }: Grant,
  permissions: Permissions,
): App {
  const preflight = preflightRequestOf(method, scope)
  const faults = refusedParts(preflight, permissions)
  if (origin === undefined) faults.unshift('origin')
  const headers = new Headers()
  if (kind !== 'all') headers.vary('Origin')
  if (permissions.headers === undefined) headers.vary('Access-Control-Request-Headers')
  if (origin !== undefined) {
    headers.set('access-control-allow-origin', kind === 'all' ? '*' : origin)
    for (const [name, value] of new Headers(preflightFields(preflight, permissions))) {
      headers.append(name, value)
    }
  }
  if (faults.length === 0) {
    const response = new PlainTextResponse('OK', { headers })
    return (...channels) => response.respond(...channels)
  }
  const refusal = new HTTPException(400, `Disallowed CORS ${faults.join(', ')}`, { headers })
  return (...channels) => answerException(refusal, ...channels)
}
