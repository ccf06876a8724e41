/** Runs an app with a catch or a finally. An app that ended synchronously (`SENT`) costs no promise. */
import { type App, type Receive, type Scope, SENT, type Send } from '../types.ts'

/**
 * Runs an app; errors that it throws or rejects with are passed to `recover`.
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
 * Runs an app; `after` is called when it has ended, with the error if there was one.
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

/** Calls an app; turns an error thrown synchronously into a rejection. */
export function called(app: App, scope: Scope, receive: Receive, send: Send): Promise<void> {
  try {
    return app(scope, receive, send)
  } catch (error) {
    return Promise.reject(error)
  }
}
