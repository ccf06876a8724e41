/** The body of a request, read from `receive` on demand. */

import { ClientDisconnected } from '../../exceptions.ts'
import { indexOfName } from '../../http/headers.ts'
import { ByteCollector } from '../../internal/bytes.ts'
import { turn } from '../../internal/turn.ts'
import type { HTTPScope, Receive } from '../../types.ts'

/** Whether a request has a body: in fetch, GET and HEAD never have one. */
export function hasBody({ method, headers, httpVersion }: HTTPScope): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  if (indexOfName(headers, 'transfer-encoding') >= 0) return true
  const index = indexOfName(headers, 'content-length')
  // HTTP/2 need not declare a body.
  return index < 0 ? httpVersion === '2' : headers[index + 1] !== '0'
}

/** Parts of fewer bytes are small: a reader that keeps a part needs hundreds of bytes of memory for it. */
const SMALL = 16_384

/**
 * The body as a stream; each part is received after the one before was taken. After a small part, it waits
 * for a turn of the event loop, and the next part then contains everything that has arrived.
 */
export function streamBody(receive: Receive): ReadableStream<Uint8Array<ArrayBuffer>> {
  let wasSmall = false
  return new ReadableStream(
    {
      type: 'bytes',
      async pull(controller) {
        if (wasSmall) await turn()
        for (;;) {
          const message = await receive()
          if (message.type !== 'http.request') return controller.error(new ClientDisconnected())
          const { body, moreBody } = message
          wasSmall = body.byteLength < SMALL
          // It is copied because a byte stream detaches the memory of each chunk.
          if (body.byteLength > 0) controller.enqueue(new Uint8Array(body))
          if (!moreBody) return close(controller)
          if (body.byteLength > 0) return
        }
      },
    },
    { highWaterMark: 0 },
  )
}

function close(controller: ReadableByteStreamController): void {
  controller.close()
  // A pending read into the caller's buffer must be answered.
  controller.byobRequest?.respond(0)
}

/** The whole body. */
export async function readBody(receive: Receive): Promise<Uint8Array<ArrayBuffer>> {
  const parts = new ByteCollector()
  for (let moreBody = true; moreBody; ) {
    const message = await receive()
    if (message.type !== 'http.request') throw new ClientDisconnected()
    parts.add(message.body)
    moreBody = message.moreBody
  }
  // Bodies are never in memory that threads share.
  return parts.join() as Uint8Array<ArrayBuffer>
}
