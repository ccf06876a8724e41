/** Writes a response whose whole body is known. */
import type { ServerResponse } from 'node:http'
import type { HeaderList } from '../../types.ts'
import { writeAtOnce } from './atonce.ts'
import { MOST_JOINED, toLatin1 } from './latin1.ts'

/**
 * Writes the head and the body. Node adds the fields Date and Connection, and drops the body of a HEAD response.
 *
 * A small body is written as latin-1 text, one character for each byte: Node joins text to the head, but needs a
 * second write for bytes.
 */
export function writeWhole(
  response: ServerResponse,
  status: number,
  headers: HeaderList,
  body: Uint8Array,
): void {
  const size = body.byteLength
  // Node's types require a mutable list, but Node does not change it.
  response.writeHead(status, headers as string[])
  if (size > 0) writeAtOnce(response, size <= MOST_JOINED ? toLatin1(body) : body, 'latin1')
  response.end()
}
