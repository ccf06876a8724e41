/** Bodies of several ranges: `multipart/byteranges` (RFC 9110 section 14.6). */

import { type ByteRange, contentRange } from '../../http/ranges.ts'
import { encodeText } from '../../internal/bytes.ts'

/** A piece of a body: given bytes, or a range of the file. */
export type Piece = Uint8Array | ByteRange

interface ByteRanges {
  readonly contentType: string
  readonly pieces: readonly Piece[]
}

/** @param contentType The type of the file, which each part repeats. */
export function byteRanges(
  ranges: readonly ByteRange[],
  size: number,
  contentType: string,
): ByteRanges {
  const boundary = crypto.randomUUID().replaceAll('-', '').slice(0, 26)
  const pieces: Piece[] = []
  for (const range of ranges) {
    const line = pieces.length === 0 ? '' : '\r\n'
    const fields = `Content-Type: ${contentType}\r\nContent-Range: ${contentRange(range, size)}`
    pieces.push(encodeText(`${line}--${boundary}\r\n${fields}\r\n\r\n`), range)
  }
  pieces.push(encodeText(`\r\n--${boundary}--`))
  return { contentType: `multipart/byteranges; boundary=${boundary}`, pieces }
}

export function lengthOf(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.byteLength : piece.end - piece.start
}
