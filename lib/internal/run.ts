/** Calls an app and sees to how it ends, at no cost when it has ended already. */
import { type App, type Receive, type Scope, SENT, type Send } from '../types.ts'

/**
 * Calls an app; what it throws, now or later, goes to `recover`.
 *
 * @example
 * const sorry: Middleware = (app) => (scope, receive, send) =>
 *   runCatching(app, scope, receive, send, () =>
 *     new PlainTextResponse('sorry', { status: 500 }).respond(scope, receive, send),
 *   )
 */
export function runCatching(
  app: App,
  scope: Scope,
  receive: Receive,
  send: Send,
  recover: (error: unknown) => Promise<void>,
): Promise<void> {
  const done = called(app, scope, receive, send)
  return done === SENT ? done : done.catch(recover)
}

/**
 * Calls an app; `after` is called once it has ended, with what it threw, if it did.
 *
 * @example
 * const noted: Middleware = (app) => (scope, receive, send) =>
 *   runFinally(app, scope, receive, send, (error) => console.debug(scope.type, error))
 */
export function runFinally(
  app: App,
  scope: Scope,
  receive: Receive,
  send: Send,
  after: (error?: unknown) => void,
): Promise<void> {
  const done = called(app, scope, receive, send)
  if (done === SENT) {
    after()
    return done
  }
  return done.then(
    () => after(),
    (error: unknown) => {
      after(error)
      throw error
    },
  )
}

/** What is thrown before there is a promise is a rejection too. */
function called(app: App, scope: Scope, receive: Receive, send: Send): Promise<void> {
  try {
    return app(scope, receive, send)
  } catch (error) {
    return Promise.reject(error)
  }
}
