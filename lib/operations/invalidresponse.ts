/** The error for a response or a message that its contract does not allow. */
import { pathOf, type Validated } from './schemas.ts'

/**
 * The error if a response or a message does not match its contract. This is a bug of the server: a request
 * gets a 500, and a websocket is closed with 1011.
 */
export class InvalidResponse extends Error {
  override readonly name = 'InvalidResponse'
}

/**
 * Returns the error with all issues.
 *
 * @param what The invalid value, such as `operation: the body of 200`.
 */
export function invalidResponse(what: string, result: Validated): InvalidResponse {
  const issues = (result.issues ?? []).map(
    (issue) => `  /${pathOf(issue).join('/')} ${issue.message}`,
  )
  return new InvalidResponse(`${what} does not fit its schema.\n${issues.join('\n')}`)
}
