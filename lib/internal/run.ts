/**
 * Runs an app with a catch or a finally, and closes the dependencies of a connection when the app that
 * owns them has ended. For an app that ended synchronously (`SENT`) no promise is made.
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
import { invalid } from './checks.ts'
import { isThenable } from './handled.ts'

type Recover = (error: unknown) => Promise<void>

/**
 * Runs an app, and passes its errors and rejections to `recover`.
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
  recover: Recover,
): Promise<void> {
  const done = callOrReject(app, scope, receive, send)
  return done === SENT ? done : done.catch(recover)
}

/**
 * Runs an app, and calls `after` when it has ended, with the error if there was one.
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
  const done = callOrReject(app, scope, receive, send)
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

/**
 * Calls an app. An error that is thrown synchronously becomes a rejection.
 *
 * That it is a function of its own matters where the stack overflows: the rejected promise is made deeper than
 * its handler is added, so there is room for the handler. Without one it would end the process.
 */
function callOrReject(app: App, scope: Scope, receive: Receive, send: Send): Promise<void> {
  try {
    return promiseOf(app(scope, receive, send))
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Returns what an app has returned. An app without types may return undefined when it has ended. If a handler
 * was given in its place, it returned a response, which is an error.
 */
export function promiseOf(value: Promise<void>): Promise<void> {
  if (isThenable(value)) return value
  if (value === undefined) return Promise.resolve()
  const fix = 'Put a handler into a Route, and write async before an app'
  return Promise.reject(invalid('Mount', 'an app must return a promise', value, fix))
}

/**
 * Marks the caller as the owner of the dependencies, unless an outer app is the owner. Returns whether it
 * did.
 */
export function owns(scope: ConnectionScope, owner: unknown): boolean {
  scope.outcome ??= {}
  if (scope.outcome.owner !== undefined) return false
  scope.outcome.owner = owner
  return true
}

/**
 * Waits for the app of the owner, and then closes the dependencies. For an app without dependencies that
 * ended synchronously no promise is made.
 *
 * @param recover Answers errors of the app and of clean-ups (rethrows them).
 */
export function closeAfter(
  done: Promise<void>,
  scope: ConnectionScope,
  recover: Recover = rethrow,
): Promise<void> {
  const close = (failure?: Failure, thrown?: Failure): Promise<void> | undefined => {
    const { outcome } = scope
    const found = outcome?.dependencies
    if (found !== undefined) return found.close(failure, thrown, recover).finally(close)
    if (outcome !== undefined) outcome.owner = undefined
    return thrown && rethrow(thrown.error)
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

function rethrow(error: unknown): Promise<never> {
  return Promise.reject(error)
}
