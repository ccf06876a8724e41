/** The error for an unexpected status. */

/** The error if the call does not expect the status of the response. */
export class ClientError extends Error {
  readonly status: number
  /** The body, parsed as in an answer. */
  readonly body: unknown
  readonly response: Response

  constructor(key: string, expected: readonly number[], body: unknown, response: Response) {
    const { status } = response
    super(
      `client: ${key} must answer with ${expected.join(' or ')}, ${status} was given. Catch it, or add it to expect.`,
    )
    this.name = 'ClientError'
    this.status = status
    this.body = body
    this.response = response
  }
}
