/** Reads the bearer token of a request, for the functions that users pass to `secured()`. */
import type { Connection } from '../connections.ts'
import { HTTPException } from '../exceptions.ts'
import { challenge } from './challenge.ts'
import { credentialsOf, MalformedCredentials } from './credentials.ts'

/**
 * Returns the token of the Authorization field, or null if there is no token.
 *
 * @throws HTTPException 400 if there are several tokens, or one is malformed (RFC 6750 section 3.1).
 * @example
 * const app = Route('/', (request) => new PlainTextResponse(bearerToken(request) ?? 'no token'))
 */
export function bearerToken({ headers }: Pick<Connection, 'headers'>): string | null {
  try {
    return credentialsOf(headers, 'bearer')
  } catch (error) {
    if (!(error instanceof MalformedCredentials)) throw error
    const field = challenge('Bearer', { error: 'invalid_request' })
    throw new HTTPException(400, error.message, { headers: { 'www-authenticate': field } })
  }
}
