/** Writes a response whose whole body is there. */
import type { ServerResponse } from 'node:http'
import type { HeaderList } from '../../types.ts'
import { writeAtOnce } from './atonce.ts'
import { canWriteDirectly, writeDirectly } from './direct.ts'
import { toLatin1 } from './latin1.ts'

/** Up to this size a body is cheaper to append to the head than to write on its own. */
const SMALL = 16_384

/**
 * Head and body in one go; Node adds date and connection fields, and drops the body of a HEAD.
 *
 * A small body goes as latin-1 text, byte for byte: Node joins a text to its head, where bytes would
 * be a second write.
 *
 * @param direct Whether head and body may bypass Node's own writing; see `direct.ts`.
 */
export function writeWhole(
  response: ServerResponse,
  status: number,
  headers: HeaderList,
  body: Uint8Array,
  direct: boolean,
): void {
  const size = body.byteLength
  if (direct && size > 0 && size <= SMALL && canWriteDirectly(response)) {
    writeDirectly(response, status, headers, toLatin1(body))
    return
  }
  // Node's types want a list that could be changed; it is not.
  response.writeHead(status, headers as string[])
  if (size > 0) writeAtOnce(response, size <= SMALL ? toLatin1(body) : body, 'latin1')
  response.end()
}
