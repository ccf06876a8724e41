// Multipart bodies, written by hand: as browsers send them, and as nobody should.

export const BOUNDARY = 'boundary123'
export const MULTIPART: string = `multipart/form-data; boundary=${BOUNDARY}`

/** A part of these headers and this content. */
export function part(headers: string | readonly string[], content = ''): string {
  return `--${BOUNDARY}\r\n${[headers].flat().join('\r\n')}\r\n\r\n${content}\r\n`
}

/** A field of this name. */
export function field(name: string, value: string): string {
  return part(`Content-Disposition: form-data; name="${name}"`, value)
}

/** A file of this name. */
export function file(name: string, filename: string, content: string, type = 'text/plain'): string {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="${filename}"`
  return part([disposition, `Content-Type: ${type}`], content)
}

/** A whole body; one character per byte. */
export function body(...parts: readonly string[]): Buffer<ArrayBuffer> {
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`, 'latin1')
}

/** The same bytes in pieces of this size. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const all: Uint8Array[] = []
  for (let at = 0; at < bytes.byteLength; at += size) all.push(bytes.slice(at, at + size))
  return all
}
