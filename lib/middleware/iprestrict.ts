/** Allows or denies clients by address. */

import { refusing } from '../authoring/refusing.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { IPRanges } from '../http/ipaddresses.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Middleware } from '../types.ts'

export interface IPRestrictOptions {
  /** Allowed addresses and ranges (all). All others are denied. */
  allow?: readonly string[]
  /** Denied addresses and ranges, even if `allow` contains them (none). */
  deny?: readonly string[]
}

/**
 * Answers 403 to requests and websockets from addresses that are not allowed.
 *
 * Ranges are `192.0.2.0/24`, `2001:db8::/32`, or `loopback`, `linklocal` and `private`. An IPv4 address
 * mapped to IPv6 is treated as IPv4, and a zone (`fe80::1%eth0`) is ignored. The address is
 * `scope.client`: behind a proxy, put `proxyHeaders()` outside. A client without a known address, for
 * example on a unix socket, is denied.
 *
 * @throws TypeError if a range is invalid, or if neither `allow` nor `deny` is given.
 * @example
 * Mount('/admin', app, { middleware: [ipRestrict({ allow: ['private', '2001:db8::/32'] })] })
 */
export function ipRestrict(options: IPRestrictOptions): Middleware {
  knownOptions('ipRestrict', options, 'allow deny')
  const isAllowed = readRules(options)
  const middleware = refusing([403], (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (scope.client !== null && isAllowed(scope.client.host)) return app(scope, receive, send)
    return answerException(new HTTPException(403), scope, receive, send)
  })
  return named('ipRestrict', middleware)
}

function readRules(options: IPRestrictOptions): (host: string) => boolean {
  if (options.allow === undefined && options.deny === undefined) {
    throw new TypeError(
      "ipRestrict: allow or deny is needed, neither was given. Write ipRestrict({ allow: ['192.0.2.0/24'] }).",
    )
  }
  // An unparsable address is in no range and must be denied, so the default is all IP addresses.
  const { allow = ['0.0.0.0/0', '::/0'], deny = [] } = options
  const allowed = new IPRanges('ipRestrict: allow', allow)
  const denied = new IPRanges('ipRestrict: deny', deny)
  return (host) => allowed.has(host) && !denied.has(host)
}
