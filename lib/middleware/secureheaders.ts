/** Adds security headers: a content security policy and others. */

import { changeStart, type StartChange } from '../authoring/changestart.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { indexOfName } from '../http/headers.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { ConnectionScope, HeaderList, HTTPScope, Middleware } from '../types.ts'
import { type CSPDirectives, type Policy, policyOf } from './secureheaders/csp.ts'
import {
  type FieldOptions,
  fieldsOf,
  type TransportOptions,
  transportSecurity,
} from './secureheaders/fields.ts'

export {
  type CSPDirectiveName,
  type CSPDirectives,
  NONCE,
} from './secureheaders/csp.ts'
export type { TransportOptions } from './secureheaders/fields.ts'

export interface SecureHeadersOptions extends FieldOptions {
  /** Directives that override the defaults, or false for no policy (helmet's defaults). */
  contentSecurityPolicy?: CSPDirectives | false
  /** The same for a policy that browsers do not enforce: they only report violations (false). */
  contentSecurityPolicyReportOnly?: CSPDirectives | false
  /**
   * The options of `Strict-Transport-Security`, or false to omit it (a year, with subdomains). It is sent
   * over https only, because browsers ignore it otherwise.
   */
  strictTransportSecurity?: TransportOptions | false
}

/**
 * Adds security headers to responses. Each header is an option, and `false` omits it.
 *
 * A field that the response already has is not changed, so a route can set its own. Error responses carry
 * the fields too. If `NONCE` is among the sources, each request gets its own nonce, which
 * `cspNonce(request)` returns.
 *
 * @throws TypeError if an option, a directive or a value is invalid.
 * @throws RangeError if a time is invalid.
 * @example
 * const app = Application({
 *   middleware: [secureHeaders({ contentSecurityPolicy: { scriptSrc: ["'self'", NONCE] } })],
 *   routes: [
 *     Route('/', (request) => new HTMLResponse(html`<script nonce="${cspNonce(request)}"></script>`)),
 *   ],
 * })
 */
export function secureHeaders(options: SecureHeadersOptions = {}): Middleware {
  knownOptions(
    'secureHeaders',
    options,
    'contentSecurityPolicy contentSecurityPolicyReportOnly strictTransportSecurity crossOriginOpenerPolicy crossOriginResourcePolicy crossOriginEmbedderPolicy originAgentCluster permissionsPolicy referrerPolicy xContentTypeOptions xDnsPrefetchControl xDownloadOptions xFrameOptions xPermittedCrossDomainPolicies xXssProtection',
  )
  const { usesNonce, fieldsFor } = readFields(options)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const fields = fieldsFor(scope, usesNonce ? newNonce(scope) : '')
    const secured: StartChange = (message) =>
      withHeaders(message, withMissing(message.headers, fields))
    return app(scope, receive, changeStart(send, secured))
  }
  return named('secureHeaders', middleware)
}

/**
 * Returns the nonce of this request, for the `nonce` attribute of its scripts and styles. A shared cache,
 * such as `cacheResponse()`, must not keep the page: mark it `private`.
 *
 * @throws TypeError if the request did not pass a `secureHeaders()` with a `NONCE`.
 * @example
 * const nonced: Middleware = secureHeaders({ contentSecurityPolicy: { scriptSrc: [NONCE] } })
 * const page = Route('/', (request) => new PlainTextResponse(cspNonce(request)))
 * const app = nonced(Router([page]))
 */
export function cspNonce(connection: { readonly scope: ConnectionScope }): string {
  const nonce = connection.scope.state?.[STATE_KEY]
  if (typeof nonce === 'string') return nonce
  throw new TypeError(
    'cspNonce: this request has no nonce, none was made. Put secureHeaders({ contentSecurityPolicy: { scriptSrc: [NONCE] } }) around it.',
  )
}

const STATE_KEY = 'cspNonce'

/**
 * Makes a nonce of 128 random bits for each request. A predictable nonce would make the policy useless.
 */
function newNonce(scope: HTTPScope): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const nonce = btoa(String.fromCharCode(...bytes))
  scope.state ??= {}
  scope.state[STATE_KEY] = nonce
  return nonce
}

interface Fields {
  readonly usesNonce: boolean
  readonly fieldsFor: (scope: HTTPScope, nonce: string) => HeaderList
}

function readFields(options: SecureHeadersOptions): Fields {
  const { contentSecurityPolicy: enforced, contentSecurityPolicyReportOnly: reported } = options
  const { strictTransportSecurity: transport = {}, ...others } = options
  const policies = [
    ...namedPolicy('content-security-policy', enforced ?? {}),
    ...namedPolicy('content-security-policy-report-only', reported ?? false),
  ]
  const plain = fieldsOf(others)
  const secure = [...plain]
  if (transport) secure.push('strict-transport-security', transportSecurity(transport))
  const withPolicies = (fields: HeaderList, nonce: string): HeaderList => [
    ...fields,
    ...policies.flatMap(({ name, value }) => [name, value(nonce)]),
  ]
  if (policies.some((policy) => policy.usesNonce)) {
    const fieldsFor = ({ scheme }: HTTPScope, nonce: string): HeaderList =>
      withPolicies(scheme === 'https' ? secure : plain, nonce)
    return { usesNonce: true, fieldsFor }
  }
  const [always, byHTTPS] = [withPolicies(plain, ''), withPolicies(secure, '')]
  return { usesNonce: false, fieldsFor: ({ scheme }) => (scheme === 'https' ? byHTTPS : always) }
}

function namedPolicy(
  name: string,
  directives: CSPDirectives | false,
): readonly (Policy & { readonly name: string })[] {
  return directives === false ? [] : [{ name, ...policyOf(directives) }]
}

function withMissing(headers: HeaderList, fields: HeaderList): HeaderList {
  const list = headers.slice()
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? ''
    if (indexOfName(headers, name) < 0) list.push(name, fields[index + 1] ?? '')
  }
  return list
}
