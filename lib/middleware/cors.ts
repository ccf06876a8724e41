/** Cross-origin resource sharing: which other sites may read responses (the Fetch standard's CORS). */

import { changeStart, type StartChange } from '../authoring/changestart.ts'
import { Headers, indexOfName } from '../http/headers.ts'
import { withHeaders } from '../http/withheaders.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { PlainTextResponse } from '../responses/bodies.ts'
import type { HeaderList, HTTPScope, Middleware } from '../types.ts'
import { type Origins, originRule } from './cors/origins.ts'
import {
  names,
  type Permissions,
  type PermissionsOptions,
  permissionsOf,
  preflightFields,
  refused,
  requestedMethod,
  wantedBy,
} from './cors/preflight.ts'

export type { OriginCheck, Origins } from './cors/origins.ts'

export interface CORSOptions extends PermissionsOptions {
  /**
   * Who may read responses (nobody). `'*'` is everybody; a list has origins (`https://example.org`),
   * all sub domains of one (`https://*.example.org`), and regular expressions, which must match the
   * whole origin; a function decides by itself.
   */
  origins?: Origins
  /** Fields of the response that scripts may read besides the safe ones (none). */
  exposeHeaders?: readonly string[]
}

/**
 * Answers preflight requests, and tells browsers which other origins may read a response.
 *
 * An origin that is not allowed gets the response without the fields that would let a script read it;
 * it is not kept from sending requests. What an app inside grants by itself is taken off. Answers to
 * errors carry the fields too, those to bugs included. What depends on the origin says so in `Vary`.
 * The origin `null` is allowed by `'*'` and by functions only. Websockets pass: browsers do not ask for
 * them. On a route or a mount it sees their 405 and redirects as well, and so preflight requests.
 *
 * @throws TypeError for an origin that no browser sends, for a name that is none, and for credentials
 * without named origins, which would show every user's data to every site.
 * @throws RangeError when `maxAge` is no number of seconds.
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
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const origin = originOf(scope)
    const method = origin === undefined ? undefined : requestedMethod(scope)
    const answer = (isAllowed: boolean): Promise<void> => {
      const grant: Grant = { kind, origin: isAllowed ? origin : undefined }
      if (method !== undefined) {
        return preflight(method, scope, grant, permissions).respond(scope, receive, send)
      }
      const granting: StartChange = (message) =>
        withHeaders(message, withGrant(message.headers, grant, fields))
      return app(scope, receive, changeStart(send, granting))
    }
    const isAllowed = origin !== undefined && allows(origin, scope)
    return typeof isAllowed === 'boolean' ? answer(isAllowed) : isAllowed.then(answer)
  }
}

/** Who is allowed to read: everybody, or this origin, or nobody. */
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

/** A cache may keep what was asked for without an origin, so everybody is told the same. */
function withGrant(list: HeaderList, { kind, origin }: Grant, fields: HeaderList): HeaderList {
  const headers = new Headers(list)
  if (kind === 'some') headers.vary('Origin')
  const allowed = kind === 'all' ? '*' : origin
  // What an app inside has granted must not let in whom this does not.
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
): PlainTextResponse {
  const wanted = wantedBy(method, scope)
  const faults = refused(wanted, permissions)
  if (origin === undefined) faults.unshift('origin')
  const text = faults.length === 0 ? 'OK' : `Disallowed CORS ${faults.join(', ')}`
  const response = new PlainTextResponse(text, { status: faults.length === 0 ? 200 : 400 })
  const { headers } = response
  if (kind !== 'all') headers.vary('Origin')
  if (permissions.headers === undefined) headers.vary('Access-Control-Request-Headers')
  if (origin === undefined) return response
  headers.set('access-control-allow-origin', kind === 'all' ? '*' : origin)
  for (const [name, value] of new Headers(preflightFields(wanted, permissions))) {
    headers.append(name, value)
  }
  return response
}
