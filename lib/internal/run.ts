/**
 * Runs an app with a catch or a finally, and closes the dependencies of a connection once the app that owns
 * them has ended. An app that ended synchronously (`SENT`) costs no promise.
 */
import {
  type App,
  type ConnectionScope,
  type Failure,
  type Receive,
  type Scope,
  SENT,
  type Send,
} from '../types.ts'
import { isThenable } from './handled.ts'
import { wrong } from './must.ts'

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
    const done = app(scope, receive, send)
    return isThenable(done) ? done : withoutPromise(done)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** An app without types may return nothing, which counts as an end; a handler in its place gives a response. */
function withoutPromise(value: unknown): Promise<void> {
  if (value === undefined) return Promise.resolve()
  const fix = 'Put a handler into a Route, and write async before an app'
  return Promise.reject(wrong('Mount', 'an app must return a promise', value, fix))
}

type Recover = (error: unknown) => Promise<void>

/** Marks the caller as the owner, if no app further out is one; tells whether it did. */
export function owns(scope: ConnectionScope, owner: unknown): boolean {
  scope.outcome ??= {}
  if (scope.outcome.owner !== undefined) return false
  scope.outcome.owner = owner
  return true
}

/**
 * Waits for the app of the owner and then closes them. An app without dependencies that ended
 * synchronously costs no promise.
 *
 * @param recover Answers errors of the app and of clean-ups (thrown on).
 */
export function closeAfter(
  done: Promise<void>,
  scope: ConnectionScope,
  recover: Recover = throwOn,
): Promise<void> {
  const close = (failure?: Failure, thrown?: Failure): Promise<void> | undefined => {
    const { outcome } = scope
    const found = outcome?.dependencies
    if (found !== undefined) return found.close(failure, thrown, recover).finally(close)
    if (outcome !== undefined) outcome.owner = undefined
    return thrown && throwOn(thrown.error)
  }
  if (done === SENT) return close() ?? done
  return done.then(
    () => close(),
    (error: unknown) =>
      recover(error).then(
        () => close({ error }),
        (thrown) => close({ error }, { error: thrown }),
      ),
  )
}

function throwOn(error: unknown): Promise<never> {
  return Promise.reject(error)
}
