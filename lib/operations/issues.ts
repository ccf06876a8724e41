/** The issues of values that do not match their schemas. */
import type { IssueInit, IssueSource } from '../exceptions/issues.ts'
import { pathOf, type Validated } from './schemas.ts'

/** Returns the issues of a source in the form that `ValidationError` takes. */
export function issuesOf(source: IssueSource, result: Validated): IssueInit[] {
  if (result.issues === undefined) return []
  return result.issues.map((issue) => ({
    source,
    path: pathOf(issue),
    message: withoutValue(issue.message),
  }))
}

/**
 * Removes the value that was sent from a message. Two libraries end their messages with it: arktype with
 * ` (was "…")`, valibot with ` but received "…"`.
 */
function withoutValue(message: string): string {
  const end = message.search(/ \(was | but received /)
  return end < 0 ? message : message.slice(0, end)
}
