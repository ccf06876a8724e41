/**
 * The one-write path: head and body of a small response as a single text.
 *
 * Node's `end(body)` writes the head with the body and then, as a second element of a `writev`, an
 * empty text that carries its callback; a third of the time of a small response goes there. A text
 * that is put into `_header` is written as it is by `end()`, in a plain write.
 *
 * `_header` is no documented API. So it is used only where it was found to be what it always was,
 * for a response that is whole, with a body, on a connection that stays open; everything else, and
 * everything with `shortcuts: false`, goes through the public API. Socket, queue, keep-alive and
 * timeouts stay Node's. The head was checked by `readHead`, which is the only guard here.
 */
import { ServerResponse } from 'node:http'
import type { HeaderList } from '../../types.ts'
import { fieldLines, keepAlive, statusLine } from './headtext.ts'

/** The fields of Node's class that are read or written here. */
interface Internals {
  _header: string | null
  _keepAliveTimeout: number
  shouldKeepAlive: boolean
}

/** Whether this Node has the fields, with the values that a fresh response always had. */
function isKnownNode(): boolean {
  // A response needs no more of a request than its version and method.
  const request = { httpVersionMajor: 1, httpVersionMinor: 1, method: 'GET' }
  const probe = new ServerResponse(request as never) as unknown as Internals
  return probe._header === null && probe.shouldKeepAlive === true && probe._keepAliveTimeout === 0
}

const KNOWN_NODE = isKnownNode()

/** Whether nothing about this response asks for more than head, body, and the next request. */
export function canWriteDirectly(response: ServerResponse): boolean {
  const internals = response as unknown as Internals
  return (
    KNOWN_NODE &&
    internals._header === null &&
    internals.shouldKeepAlive &&
    response.sendDate &&
    response.req.httpVersionMinor === 1
  )
}

/** Writes the response; the headers hold no `connection` and a true `content-length`. */
export function writeDirectly(
  response: ServerResponse,
  status: number,
  headers: HeaderList,
  body: string,
): void {
  const head = statusLine(status) + fieldLines(headers)
  const internals = response as unknown as Internals
  response.statusCode = status
  internals._header = `${head}${keepAlive(internals._keepAliveTimeout)}\r\n${body}`
  response.end()
}
