/** The issues of values that do not match their schemas. */
import type { IssueInit, IssueSource } from '../exceptions/issues.ts'
import { pathOf, type Validated } from './schemas.ts'

/** Returns the issues of a source in the form that `ValidationError` takes. */
export function issuesOf(source: IssueSource, result: Validated): IssueInit[] {
  if (result.issues === undefined) return []
  // A list without issues reports a failure too (Standard Schema).
  const issues = result.issues.length > 0 ? result.issues : [{ message: 'It is invalid.' }]
  return issues.map((issue) => ({
    source,
    path: pathOf(issue),
    message: withoutValue(issue.message),
  }))
}

/**
 * Removes the value that was sent from a message. Two libraries end their messages with it: arktype with
 * ` (was "…")`, valibot with ` but received "…"` or `: Received "…"`.
 */
function withoutValue(message: string): string {
  const end = message.search(/ \(was | but received |: Received /)
  return end < 0 ? message : message.slice(0, end)
}
