/** The reference apps of the conformance suite, by name. */
import { Application } from '../../lib/applications.ts'
import type { App } from '../../lib/types.ts'
import { auth, authOnError } from './apps/auth.ts'
import { base } from './apps/base.ts'
import { combo } from './apps/combo.ts'
import { corsApps } from './apps/cors.ts'
import { https, trusted, trustedAny, trustedNoredir } from './apps/edge.ts'
import { gzip, gzipMin10 } from './apps/gzip.ts'
import { debug, handlerExc, handlers } from './apps/handlers.ts'
import { hosts } from './apps/hosts.ts'
import { main } from './apps/main.ts'
import { order } from './apps/order.ts'
import { rooted } from './apps/rooted.ts'
import { session, sessionExpired, sessionNoAge, sessionOpts } from './apps/sessions.ts'

/** Apps whose parts are still to be made: they have a port, and answer 404. */
const EMPTY = ['schema']

export const apps: Readonly<Record<string, App>> = {
  main,
  rooted,
  hosts,
  handlers,
  debug,
  handler_exc: handlerExc,
  base,
  order,
  session,
  session_opts: sessionOpts,
  session_noage: sessionNoAge,
  session_expired: sessionExpired,
  auth,
  auth_onerror: authOnError,
  combo,
  ...corsApps,
  trusted,
  trusted_noredir: trustedNoredir,
  trusted_any: trustedAny,
  https,
  gzip,
  gzip_min10: gzipMin10,
  ...Object.fromEntries(EMPTY.map((name) => [name, Application()])),
}

/** The root path of the apps that have one. */
export const rootPaths: Readonly<Record<string, string>> = { rooted: '/proxy' }
