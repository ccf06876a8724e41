/** Lets clients in by their address. */

import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { IPRanges } from '../http/ipaddresses.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Middleware } from '../types.ts'

export interface IPRestrictOptions {
  /** Addresses and ranges that may come in; all others may not (everybody may). */
  allow?: readonly string[]
  /** Addresses and ranges that may not, even if they are allowed (none). */
  deny?: readonly string[]
}

/**
 * Answers 403 to requests and websockets from addresses that may not come in.
 *
 * Ranges are `192.0.2.0/24`, `2001:db8::/32`, or `loopback`, `linklocal` and `private`; IPv4 within
 * IPv6 is IPv4, and a zone (`fe80::1%eth0`) is not compared. It goes by `scope.client`: behind a proxy put `proxyHeaders()` outside. A client whose
 * address is not known, such as one of a unix socket, may not come in.
 *
 * @throws TypeError for what is no range, and when there is nothing to restrict.
 * @example
 * Mount('/admin', app, { middleware: [ipRestrict({ allow: ['private', '2001:db8::/32'] })] })
 */
export function ipRestrict(options: IPRestrictOptions): Middleware {
  knownOptions('ipRestrict', options, 'allow deny')
  const mayEnter = readRules(options)
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (scope.client !== null && mayEnter(scope.client.host)) return app(scope, receive, send)
    return answerException(new HTTPException(403), scope, receive, send)
  }
}

function readRules({ allow, deny }: IPRestrictOptions): (host: string) => boolean {
  if (allow === undefined && deny === undefined) {
    throw new TypeError(
      "ipRestrict: allow or deny is needed, neither was given. Write ipRestrict({ allow: ['192.0.2.0/24'] }).",
    )
  }
  // What cannot be read is in no list, and must not come in for that: so all of IP is allowed.
  const allowed = new IPRanges('ipRestrict: allow', allow ?? ['0.0.0.0/0', '::/0'])
  const denied = new IPRanges('ipRestrict: deny', deny ?? [])
  return (host) => allowed.has(host) && !denied.has(host)
}
