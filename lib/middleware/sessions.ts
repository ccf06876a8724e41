/** Sessions: the data of `request.session` persists between the requests of a client. */

import { foreignSocket, isForeignSocket } from '../authentication/origins.ts'
import { answerException } from '../errors/handlers.ts'
import { parseCookies, serializeCookie } from '../http/cookies.ts'
import { Session, type SessionData } from '../http/session.ts'
import { named } from '../internal/apps.ts'
import { runCatching } from '../internal/run.ts'
import type { Middleware } from '../types.ts'
import type { SavedSession } from './sessions/backend.ts'
import { cookieOptions, cookiesOf, Keeper } from './sessions/keeper.ts'
import { Keeping } from './sessions/keeping.ts'
import { assertOptions, type SessionsOptions } from './sessions/options.ts'

export type { SessionsOptions } from './sessions/options.ts'
export { type SessionUserOptions, sessionUser } from './sessions/user.ts'

/** The session middleware. Tests can also make cookies and read sessions with it. */
export interface SessionsMiddleware extends Middleware {
  /**
   * Returns the cookies of a new session with this data, by name. With them a test begins with a logged-in
   * user.
   *
   * @throws RangeError if the data does not fit.
   * @example
   * const visitors = sessions({ secret: 'example of a secret with 32 bytes or more' })
   * const cookies = await visitors.cookies({ user: 'ada' })
   * await using client = await testClient(visitors(app), { cookies })
   */
  cookies(data: SessionData): Promise<Readonly<Record<string, string>>>
  /**
   * Returns the data of the session in cookies, or in a `Cookie` field. Returns undefined if there is no
   * valid session.
   */
  read(cookies: Readonly<Record<string, string>> | string): Promise<SessionData | undefined>
}

/**
 * Gives each request its `session`, and saves changes when the response starts.
 *
 * Nothing is written if nothing changed, and an empty session sets no cookie. An unknown, forged or
 * expired cookie gives a new session with a new id. Scripts cannot read the cookies, which hold about 3 kB
 * of data, or several times that with `chunks`: setting more throws a RangeError. Only a store can delete
 * a session: a cookie session that was copied before `destroy()` is valid until `maxAge`. Of two
 * concurrent requests, the changes of the later response are kept, but a destroyed session stays
 * destroyed. Changes after the start of the response are lost. A websocket can read its session, and
 * change it until it is accepted.
 *
 * With `rolling`, `maxAge` is an idle timeout; `maxLifetime` is an absolute one. `session.regenerate()`
 * begins a new lifetime.
 *
 * If a page of another site opens a websocket, the browser sends the cookie and lets that page read the
 * messages. So a handshake with a foreign `Origin` gets 403 before the app is called, unless `origins`
 * lists it. For requests that change something, add `csrf()`.
 *
 * If the store is unavailable, the response is 503, before the app runs or when its response starts.
 * Requests without a session do not use the store.
 *
 * @throws TypeError unless exactly one of `secret` and `store` is given, or if browsers would reject the
 * cookie or an origin is invalid.
 * @throws RangeError if a secret is shorter than 32 bytes, or `maxAge`, `maxLifetime` or `chunks` is
 * invalid.
 * @example
 * const cart = Route('/cart', ({ session }) => {
 *   session.data.visits = Number(session.data.visits ?? 0) + 1
 *   return new JSONResponse(session.data)
 * })
 * Application({ routes: [cart], middleware: [sessions({ store: memoryStore() })] })
 */
export function sessions(options: SessionsOptions): SessionsMiddleware {
  assertOptions(options)
  serializeCookie(options.cookie ?? 'session', '', cookieOptions(options, 'https'))
  const keeper = new Keeper(options)
  return Object.assign(named('sessions', withSessions(keeper, options)), {
    async cookies(data: SessionData): Promise<Readonly<Record<string, string>>> {
      const session = new Session(undefined, keeper.mostBytes)
      Object.assign(session.data, data)
      return keeper.make(session)
    },
    async read(
      cookies: Readonly<Record<string, string>> | string,
    ): Promise<SessionData | undefined> {
      const given = typeof cookies === 'string' ? parseCookies([cookies]) : cookies
      const opened = await keeper.open(given)
      return opened === undefined ? undefined : new Session(opened.record).data
    },
  })
}

function withSessions(keeper: Keeper, { origins = [] }: SessionsOptions): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (isForeignSocket(scope, origins))
      return answerException(foreignSocket(), scope, receive, send)
    const run = (opened: SavedSession | undefined): Promise<void> => {
      const session = new Session(opened?.record, keeper.mostBytes)
      scope.session = session
      const keeping = new Keeping(keeper, session, opened, scope, send)
      const recover = (error: unknown): Promise<void> => {
        if (keeping.failure === undefined) throw error
        return answerException(keeping.failure, scope, receive, send)
      }
      return runCatching(app, scope, receive, keeping.send, recover)
    }
    const opened = keeper.open(cookiesOf(scope))
    if (!(opened instanceof Promise)) return run(opened)
    return opened.then(run, (error) => answerException(error, scope, receive, send))
  }
}
