/** Forms of the type application/x-www-form-urlencoded. */
import type { Meter } from './limits.ts'
import { decodeLatin1 } from './text.ts'

const AMPERSAND = 0x26
const EQUALS = 0x3d
const PERCENT = 0x25
const PLUS = 0x2b
const SPACE = 0x20

/**
 * The fields in their order, read in one pass; `a` is `a=`, and nothing between two `&` is nothing.
 *
 * Escapes are UTF-8, bytes that should have been escaped are latin-1 (FM-10).
 *
 * @throws HTTPException 413 as soon as there are too many fields, or one is too large.
 */
export function parseUrlencoded(bytes: Uint8Array, meter: Meter): [string, string][] {
  const spaced = withSpaces(bytes)
  const text = decodeLatin1(spaced)
  const fields: [string, string][] = []
  let start = 0
  let equals = -1
  let isEscaped = false
  // Over the bytes, of which each is a character of the text: it takes two thirds of the time.
  for (let at = 0; at <= spaced.length; at++) {
    const byte = at < spaced.length ? spaced[at] : AMPERSAND
    if (byte === PERCENT) isEscaped = true
    else if (byte === EQUALS && equals < 0) equals = at
    if (byte !== AMPERSAND) continue
    if (at > start) {
      const nameEnd = equals < 0 ? at : equals
      meter.begin(false, 0)
      meter.add(equals < 0 ? at - start : at - start - 1)
      const name = text.slice(start, nameEnd)
      const value = text.slice(nameEnd + 1, at)
      fields.push(isEscaped ? [decodeField(name), decodeField(value)] : [name, value])
    }
    start = at + 1
    equals = -1
    isEscaped = false
  }
  return fields
}

/**
 * The same bytes with spaces for each `+`, before any text is made of them.
 *
 * By `replaceAll` in each text, 100,000 fields with one take twice the time to read, and 10 MB of
 * nothing else take a second instead of 15 ms.
 */
function withSpaces(bytes: Uint8Array): Uint8Array {
  const first = bytes.indexOf(PLUS)
  if (first < 0) return bytes
  // A copy, as the body can be read again. (Of a Buffer, `slice` would make none.)
  const spaced = new Uint8Array(bytes)
  for (let at = first; at < spaced.length; at++) if (spaced[at] === PLUS) spaced[at] = SPACE
  return spaced
}

function decodeField(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // An escape that is none stays, and bytes that are no UTF-8 become U+FFFD.
    return text.replace(/(?:%[0-9a-f]{2})+/gi, unescapeBytes)
  }
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

function unescapeBytes(run: string): string {
  const bytes = new Uint8Array(run.length / 3)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(run.slice(index * 3 + 1, index * 3 + 3), 16)
  }
  return lenient.decode(bytes)
}
