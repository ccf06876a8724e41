/** The user of a session, as a dependency. */
import { type Secured, secured } from '../../authentication/secured.ts'
import type { Connection } from '../../connections.ts'
import { HTTPException } from '../../exceptions.ts'
import type { Session } from '../../http/session.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import { must } from '../../internal/must.ts'

export interface SessionUserOptions {
  /** The name of the cookie, which the document shows ('session'). */
  cookie?: string
}

/**
 * A dependency on the user of a session: operations that use it, or are guarded by it, are secured in
 * the document. There must be `sessions()` around. A session without a user gets 401.
 *
 * @param find Gives the user of a session, or null if it has none.
 * @throws TypeError if the function or an option is invalid; while serving, if there is no `sessions()`.
 * @example
 * const currentUser = sessionUser(({ data }) => (typeof data.user === 'string' ? data.user : null))
 * const shown = operation({ use: { currentUser } }, ({ currentUser: user }) => reply(200, user))
 */
export function sessionUser<User>(
  find: (session: Session, connection: Connection) => User | null | Promise<User | null>,
  options: SessionUserOptions = {},
): Secured<Promise<User>> {
  knownOptions('sessionUser', options, 'cookie')
  must(
    'sessionUser',
    typeof find === 'function',
    'find must be a function',
    find,
    'Write (session) => session.data.user',
  )
  const { cookie: name = 'session' } = options
  return secured({ type: 'apiKey', in: 'cookie', name }, async (connection: Connection) => {
    const user = await find(connection.session, connection)
    if (user === null || user === undefined) throw new HTTPException(401)
    return user
  })
}
