/**
 * Replaces `urlencoded.ts` in bundles for the edge and browsers (the conditions `workerd`, `edge-light`,
 * `worker` and `browser`): it gives the same result, has a third of the size, and takes up to twice the time.
 */
import { decodeLatin1 } from './text.ts'
import type * as faster from './urlencoded.ts'

/** Parses the fields in their order. Invalid escapes and bytes are handled as by URLSearchParams. */
export const parseUrlencoded: typeof faster.parseUrlencoded = (bytes, meter) => {
  const text = decodeLatin1(bytes)
  for (const field of text.split('&')) {
    if (field === '') continue
    meter.begin(false, 0)
    meter.add(field.includes('=') ? field.length - 1 : field.length)
  }
  // The text has one character for each byte, which must not be encoded again.
  const escaped = text.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
  // Without the first "&", a "?" after it would be removed.
  return [...new URLSearchParams(`&${escaped}`)]
}
