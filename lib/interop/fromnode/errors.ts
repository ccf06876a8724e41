/** Converts errors of a Node app to exceptions that are answered here. */
import { handlersOf } from '../../errors/handlers.ts'
import { HTTPException } from '../../exceptions.ts'
import type { HTTPScope } from '../../types.ts'

/** Properties that errors of Express, Connect and Koa may have. */
interface FrameworkError {
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly expose?: unknown
  readonly message?: unknown
  readonly headers?: unknown
}

/**
 * An exception with the status of the error; or the error itself, if it has no status, its status is
 * 500, or an exception handler exists for its class.
 */
export function exceptionOf(error: unknown, scope: HTTPScope): unknown {
  if (typeof error !== 'object' || error === null) return error
  if (handlersOf(scope).find(error) !== undefined) return error
  const { status, statusCode, expose, message, headers }: FrameworkError = error
  const code = [status, statusCode].find(isAnswer)
  if (code === undefined) return error
  const detail = expose === true && typeof message === 'string' ? message : undefined
  try {
    return new HTTPException(code, detail, { cause: error, headers: fieldsOf(headers) })
  } catch {
    return error // the status has no phrase, or the headers are invalid
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
 * Whether `next` was called without an error. Express uses 'route' and 'router' to skip some of its
 * own handlers.
 */
export function isPassedOn(error: unknown): boolean {
  return error === undefined || error === null || error === 'route' || error === 'router'
}
