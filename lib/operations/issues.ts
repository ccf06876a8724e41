/** The issues of values that do not fit their schemas. */
import type { IssueInit, IssueSource } from '../exceptions/issues.ts'
import { pathOf, type Validated } from './schemas.ts'

/** The issues of a source, as an exception lists them. */
export function issuesOf(source: IssueSource, result: Validated): IssueInit[] {
  if (result.issues === undefined) return []
  return result.issues.map((issue) => ({
    source,
    path: pathOf(issue),
    message: withoutValue(issue.message),
  }))
}

/**
 * A message without the value that was sent. Two libraries end their messages with it: arktype in
 * ` (was "…")`, valibot in ` but received "…"`.
 */
function withoutValue(message: string): string {
  const end = message.search(/ \(was | but received /)
  return end < 0 ? message : message.slice(0, end)
}
