/** Checks the secrets that protect cookies. */
import { encodeText } from './bytes.ts'

const LEAST_BYTES = 32

/**
 * Returns the secrets as a list. The first protects new values, and values with any of them are accepted.
 * A secret needs as many bytes as the hash, because a short one could be guessed (RFC 7518 section 3.2).
 *
 * @throws TypeError if the list is empty or has other values than text, RangeError if a secret is shorter
 * than 32 bytes.
 */
export function secretsOf(where: string, given: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (secrets.length === 0 || !secrets.every((secret) => typeof secret === 'string')) {
    throw new TypeError(
      `${where}: secret must be text or a list of texts, ${Array.isArray(given) ? 'another list' : typeof given} was given. ${MAKE_ONE}.`,
    )
  }
  const texts = secrets as readonly string[] // checked above
  const shortest = Math.min(...texts.map((secret) => encodeText(secret).byteLength))
  if (shortest >= LEAST_BYTES) return texts
  throw new RangeError(
    `${where}: a secret must have at least ${LEAST_BYTES} bytes, one of ${shortest} was given. ${MAKE_ONE}.`,
  )
}

const MAKE_ONE = 'Make one: randomBytes(32).toString("base64url") of node:crypto'
