/** Converts a list of header fields to the Headers class of fetch. */
import type { HeaderList } from '../types.ts'

/**
 * Converts a list to Headers. Duplicates are joined by commas, as in fetch, and cookies by semicolons (RFC
 * 9113 section 8.2.3).
 */
export function toFetchHeaders(list: HeaderList): globalThis.Headers {
  const headers = new globalThis.Headers()
  let cookies: string | undefined
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] ?? ''
    const value = list[index + 1] ?? ''
    if (name !== 'cookie') headers.append(name, value)
    else cookies = cookies === undefined ? value : `${cookies}; ${value}`
  }
  if (cookies !== undefined) headers.set('cookie', cookies)
  return headers
}
