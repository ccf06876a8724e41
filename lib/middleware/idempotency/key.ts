/** Reads the `Idempotency-Key` of a request. */
import { HTTPException } from '../../exceptions.ts'
import { joinedField } from '../../http/conditional.ts'
import type { HeaderList } from '../../types.ts'

/** Printable ASCII. A structured string is quoted (RFC 9651 section 3.3.3); many clients do not do that. */
const BARE = /^[!#-~]{1,255}$/
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\]){1,255})"$/

/**
 * Returns the key without quotes, or undefined if the field is missing.
 *
 * @throws HTTPException 400 if it is invalid, or is missing although it is required.
 */
export function readKey(headers: HeaderList, isRequired: boolean): string | undefined {
  const field = joinedField(headers, 'idempotency-key')?.trim()
  if (field === undefined) {
    if (isRequired) throw new HTTPException(400, 'The field Idempotency-Key is missing.')
    return undefined
  }
  const quoted = QUOTED.exec(field)?.[1]
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, '$1')
  if (BARE.test(field) && !field.includes(',')) return field
  throw new HTTPException(400, 'The field Idempotency-Key must be one text of 1 to 255 characters.')
}
