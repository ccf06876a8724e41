/** Encoding and joining bytes. */

const encoder = new TextEncoder()

// Kept in a constant: in Node the global is a getter, which costs a call each time.
const NodeBuffer: typeof globalThis.Buffer | undefined = globalThis.Buffer

const encodeAny: (text: string) => Uint8Array =
  NodeBuffer === undefined ? (text) => encoder.encode(text) : (text) => NodeBuffer.from(text)

/** V8 allocates arrays up to this size on its own heap, where they cost no more than other objects. */
const SHORT = 64

/**
 * Encodes text as UTF-8.
 *
 * Where Node's Buffer exists it is used, since it takes a third of TextEncoder's time (measured: 200 ns
 * against 530). Short ASCII text, the usual small response, is encoded in JavaScript in a fifth of that.
 * All of them return a Uint8Array.
 */
export function encodeText(text: string): Uint8Array {
  const { length } = text
  if (length > SHORT) return encodeAny(text)
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return encodeAny(text)
    bytes[index] = code
  }
  return bytes
}

/** An empty array. It is shared; do not write to it. */
export const NO_BYTES: Uint8Array = new Uint8Array(0)

/** Joins parts to one array; a single part is returned without a copy. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [first = NO_BYTES] = parts
  if (parts.length < 2) return first
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.byteLength
  }
  return joined
}
