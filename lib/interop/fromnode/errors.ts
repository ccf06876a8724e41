/** Errors of an app inside, as errors that are answered here. */
import { handlersOf } from '../../errors/handlers.ts'
import { HTTPException } from '../../exceptions.ts'
import type { HTTPScope } from '../../types.ts'

/** What the errors of Express, Connect and Koa may carry. */
interface Described {
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly expose?: unknown
  readonly message?: unknown
  readonly headers?: unknown
}

/**
 * The exception that answers an error with the status that it has; or the error itself, when it has
 * none, is a 500, or is of a class that has a handler here.
 */
export function exceptionOf(error: unknown, scope: HTTPScope): unknown {
  if (typeof error !== 'object' || error === null) return error
  if (handlersOf(scope).find(error) !== undefined) return error
  const { status, statusCode, expose, message, headers }: Described = error
  const code = [status, statusCode].find(isAnswer)
  if (code === undefined) return error
  const detail = expose === true && typeof message === 'string' ? message : undefined
  try {
    return new HTTPException(code, detail, { cause: error, headers: fieldsOf(headers) })
  } catch {
    return error // a status without a phrase, or headers that are none
  }
}

function isAnswer(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status <= 599 && status !== 500
}

function fieldsOf(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {}
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

/**
 * Whether `next` was called without an error. Express says 'route' and 'router' to leave out some of
 * its own handlers.
 */
export function isPassedOn(error: unknown): boolean {
  return error === undefined || error === null || error === 'route' || error === 'router'
}
