/** Forwards the two bodies of an exchange with back-pressure. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { ClientDisconnected, HTTPException } from '../../exceptions.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import type { Receive, Send } from '../../types.ts'
import type { Call } from './call.ts'
import type { Watch } from './watch.ts'

/**
 * Forwards the request's body. It ends when everything was sent, or if the upstream closes the request.
 *
 * @param length The declared length, which the sent body must have exactly.
 * @throws ClientDisconnected if the body is incomplete.
 */
export async function sendBody(
  { request }: Call,
  receive: Receive,
  length: number | undefined,
  watch: Watch,
): Promise<void> {
  let size = 0
  // If the body arrives late, the head is sent alone. Most bodies arrive before this.
  const alone = setImmediate(() => request.flushHeaders())
  for (;;) {
    const message = await watch.hold(receive())
    clearImmediate(alone)
    if (request.destroyed) return
    if (message.type !== 'http.request') throw new ClientDisconnected()
    const { body, moreBody } = message
    size += body.byteLength
    if (length !== undefined && (moreBody ? size > length : size !== length)) {
      throw new HTTPException(400, 'The body does not have the declared length.')
    }
    if (body.byteLength > 0 && !request.write(body)) await waitForDrain(request)
    watch.refresh()
    if (request.destroyed) return
    if (!moreBody) {
      request.end()
      return
    }
  }
}

/** Resolves when there is room for more, or when the request is closed. */
function waitForDrain(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      request.off('drain', settle)
      request.off('close', settle)
      resolve()
    }
    request.on('drain', settle)
    request.on('close', settle)
    if (request.destroyed) settle()
  })
}

/** How the body of a response ends. */
interface BodyEnd {
  /** The declared length; its last byte ends the body. */
  readonly length: number | undefined
  /** Whether the response ends with the body, without trailers. */
  readonly ends: boolean
  /** Whether all of it has arrived, when no more bytes come. */
  readonly isComplete: () => boolean
}

/**
 * Forwards the response's body.
 *
 * @throws Error if the body is incomplete.
 */
export async function passBody(
  response: IncomingMessage,
  send: Send,
  { length, ends, isComplete }: BodyEnd,
  watch: Watch,
): Promise<void> {
  let left = length ?? Number.POSITIVE_INFINITY
  let isOver = false
  // If the head arrives without a part of the body, it is sent at once: the body may arrive much later.
  if (response.readableLength === 0 && !response.complete) {
    await send({ type: 'http.response.body', body: NO_BYTES, moreBody: true })
  }
  for await (const chunk of response) {
    const body: Uint8Array = chunk
    left -= body.byteLength
    isOver = ends && left <= 0
    await watch.hold(send({ type: 'http.response.body', body, moreBody: !isOver }))
  }
  if (!isComplete()) throw new Error('the response is incomplete')
  if (!isOver) await send({ type: 'http.response.body', body: NO_BYTES, moreBody: false })
}
