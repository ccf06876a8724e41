/** The error for an answer that a call does not expect. */

/** An answer whose status is not one of those that the call expects. */
export class ClientError extends Error {
  readonly status: number
  /** The body, as a call would give it. */
  readonly body: unknown
  readonly response: Response

  constructor(key: string, expected: readonly number[], body: unknown, response: Response) {
    const { status } = response
    super(
      `client: ${key} must answer with ${expected.join(' or ')}, ${status} was given. Catch it, or expect it too.`,
    )
    this.name = 'ClientError'
    this.status = status
    this.body = body
    this.response = response
  }
}
