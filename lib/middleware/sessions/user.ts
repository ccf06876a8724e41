/** A dependency on the user of a session. */
import { type Secured, secured, type UserOrNone } from '../../authentication/secured.ts'
import type { Connection } from '../../connections.ts'
import type { AnyConnection } from '../../dependencies.ts'
import type { Session } from '../../http/session.ts'
import { check } from '../../internal/checks.ts'
import { knownOptions } from '../../internal/knownoptions.ts'

export interface SessionUserOptions<Optional extends boolean = boolean> {
  /** The name of the cookie in the OpenAPI document ('session'). */
  cookie?: string
  /** Whether sessions without a user pass; the value is undefined then (false). */
  optional?: Optional
}

/**
 * Makes a dependency on the user of a session. The OpenAPI document adds its security scheme to the
 * operations that use the dependency or are guarded by it. It needs the middleware `sessions()`. A session
 * without a user gets 401, unless it is `optional`.
 *
 * @param find Returns the user of a session, or null if it has none.
 * @throws TypeError if the function or an option is invalid, or, when a request arrives, if there is no
 * `sessions()`.
 * @example
 * const currentUser = sessionUser(({ data }) => (typeof data.user === 'string' ? data.user : null))
 * const shown = operation({ use: { currentUser } }, ({ currentUser: user }) => reply(200, user))
 */
export function sessionUser<User, const Optional extends boolean = false>(
  find: (session: Session, connection: Connection) => User | null | Promise<User | null>,
  options: SessionUserOptions<Optional> = {},
): Secured<UserOrNone<Promise<User>, Optional>, AnyConnection, Promise<User>> {
  knownOptions('sessionUser', options, 'cookie optional')
  const isFunction = typeof find === 'function'
  const fix = 'Write (session) => session.data.user'
  check('sessionUser', isFunction, 'find must be a function', find, fix)
  const { cookie: name = 'session', optional = false } = options
  const found = async (connection: Connection) => find(connection.session, connection)
  const secure = secured({ type: 'apiKey', in: 'cookie', name }, found, { optional })
  return secure as Secured<UserOrNone<Promise<User>, Optional>, AnyConnection, Promise<User>>
}
