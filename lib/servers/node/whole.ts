/** Writes a response whose whole body is there. */
import type { ServerResponse } from 'node:http'
import type { HeaderList } from '../../types.ts'

/** Up to this size a body is cheaper to append to the head than to write on its own. */
const SMALL = 16_384

/**
 * Head and body in one go; Node adds date and connection fields, and drops the body of a HEAD.
 *
 * A small body goes as latin-1 text, byte for byte: Node joins a text to its head, where bytes would
 * be a second write.
 */
export function writeWhole(
  response: ServerResponse,
  status: number,
  headers: HeaderList,
  body: Uint8Array,
): void {
  response.writeHead(status, headers)
  const size = body.byteLength
  if (size === 0) response.end()
  else if (size <= SMALL) response.end(asBuffer(body).toString('latin1'), 'latin1')
  else response.end(body)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
