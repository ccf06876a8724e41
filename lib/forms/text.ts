/** The texts of a form, decoded by the declared encoding. */

/**
 * Decodes each byte to the character with that code, like Python's latin-1. TextDecoder does not support this
 * encoding.
 */
export function decodeLatin1(bytes: Uint8Array): string {
  if (typeof globalThis.Buffer === 'function') {
    return globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
      'latin1',
    )
  }
  let text = ''
  for (let at = 0; at < bytes.length; at += MOST_ARGUMENTS) {
    text += String.fromCharCode(...bytes.subarray(at, at + MOST_ARGUMENTS))
  }
  return text
}

const MOST_ARGUMENTS = 8192

/** The bytes of a text that `decodeLatin1` has returned. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

/**
 * A decoder for the declared encoding: UTF-8 by default, and latin-1 if the name is unknown or a text is
 * invalid in it (FM-13).
 */
export function decoderOf(charset: string | undefined): (bytes: Uint8Array) => string {
  const decoder = strict(charset ?? 'utf-8')
  if (decoder === undefined) return decodeLatin1
  return (bytes) => {
    try {
      return decoder.decode(bytes)
    } catch {
      return decodeLatin1(bytes)
    }
  }
}

function strict(charset: string): TextDecoder | undefined {
  // The Encoding Standard maps latin-1 to windows-1252.
  if (/^(?:latin-?1|iso-?8859-1|us-ascii|ascii)$/i.test(charset)) return undefined
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true })
  } catch {
    return undefined
  }
}
