/** The error for what a server would send, and its contract does not allow. */
import { pathOf, type Validated } from './schemas.ts'

/**
 * What is to be sent does not fit what a contract declares: a bug of the server, so that a request gets a
 * 500, and a websocket is closed with 1011.
 */
export class InvalidResponse extends Error {
  override readonly name = 'InvalidResponse'
}

/**
 * The error with all issues.
 *
 * @param what What does not fit, such as `operation: the body of 200`.
 */
export function unfit(what: string, result: Validated): InvalidResponse {
  const issues = (result.issues ?? []).map(
    (issue) => `  /${pathOf(issue).join('/')} ${issue.message}`,
  )
  return new InvalidResponse(`${what} does not fit its schema.\n${issues.join('\n')}`)
}
