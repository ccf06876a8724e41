/** Closes the dependencies of a connection once the app that owns them has ended. */
import { type ConnectionScope, type Failure, SENT } from '../types.ts'

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
