/** Parses forms of the type application/x-www-form-urlencoded. */
import type { Meter } from './limits.ts'
import { decodeLatin1 } from './text.ts'

const AMPERSAND = 0x26
const EQUALS = 0x3d
const PERCENT = 0x25
const PLUS = 0x2b
const SPACE = 0x20

/**
 * Parses the fields in one pass, in their order, as URLSearchParams does (URL Standard, section 5.1):
 * `a` means `a=`, an empty string between two `&` is skipped, and bytes are UTF-8, escaped or not.
 *
 * @throws HTTPException 413 as soon as there are too many fields, or one is too large.
 */
export function parseUrlencoded(bytes: Uint8Array, meter: Meter): [string, string][] {
  const spaced = withSpaces(bytes)
  const text = decodeLatin1(spaced)
  const fields: [string, string][] = []
  let start = 0
  let equals = -1
  let isPlain = true
  // The loop is over bytes, which takes two thirds of the time of one over characters.
  for (let at = 0; at <= spaced.length; at++) {
    const byte = (at < spaced.length ? spaced[at] : AMPERSAND) ?? AMPERSAND
    if (byte === PERCENT || byte > 0x7f) isPlain = false
    else if (byte === EQUALS && equals < 0) equals = at
    if (byte !== AMPERSAND) continue
    if (at > start) {
      const nameEnd = equals < 0 ? at : equals
      meter.begin(false, 0)
      meter.add(equals < 0 ? at - start : at - start - 1)
      const name = text.slice(start, nameEnd)
      const value = text.slice(nameEnd + 1, at)
      fields.push(isPlain ? [name, value] : [decodeField(name), decodeField(value)])
    }
    start = at + 1
    equals = -1
    isPlain = true
  }
  return fields
}

/**
 * A copy with a space for each `+`, made before any text is decoded.
 *
 * With `replaceAll` on each text, 100,000 fields with one `+` take twice the time, and 10 MB of `+` take a
 * second instead of 15 ms.
 */
function withSpaces(bytes: Uint8Array): Uint8Array {
  const first = bytes.indexOf(PLUS)
  if (first < 0) return bytes
  // It is copied because the body can be read again. (The `slice` of a Buffer does not copy.)
  const spaced = new Uint8Array(bytes)
  for (let at = first; at < spaced.length; at++) if (spaced[at] === PLUS) spaced[at] = SPACE
  return spaced
}

const UNESCAPED = /^[\0-\x24\x26-\x7f]*$/
const ASCII = /^[\0-\x7f]*$/

/** @param text One character per byte. */
function decodeField(text: string): string {
  if (UNESCAPED.test(text)) return text
  if (ASCII.test(text)) {
    try {
      // For ASCII with valid escapes it gives the same result in a fifth of the time.
      return decodeURIComponent(text)
    } catch {
      // Invalid escapes are kept, and bytes that are not UTF-8 become U+FFFD.
    }
  }
  return lenient.decode(percentDecode(text))
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

function percentDecode(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at)
    const escaped = byte === PERCENT ? 16 * hex(text, at + 1) + hex(text, at + 2) : Number.NaN
    bytes[length++] = Number.isNaN(escaped) ? byte : escaped
    if (!Number.isNaN(escaped)) at += 2
  }
  return bytes.subarray(0, length)
}

/** The value of a hexadecimal digit; NaN for anything else, and after the end. */
function hex(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN
}
