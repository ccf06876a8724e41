/** The two bodies of an exchange, each at the pace of who takes it. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { ClientDisconnected, HTTPException } from '../../exceptions.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import type { Receive, Send } from '../../types.ts'
import type { Call } from './call.ts'
import type { Watch } from './watch.ts'

/**
 * Sends the request's body; ends when all is sent, or the upstream wants no more of it.
 *
 * @param length What was announced, which is neither more nor less than what is sent.
 * @throws ClientDisconnected when it does not come to its end.
 */
export async function sendBody(
  { request }: Call,
  receive: Receive,
  length: number | undefined,
  watch: Watch,
): Promise<void> {
  let size = 0
  // A head whose body takes its time goes alone; most bodies are there by then.
  const alone = setImmediate(() => request.flushHeaders())
  for (;;) {
    const message = await watch.hold(receive())
    clearImmediate(alone)
    if (request.destroyed) return
    if (message.type !== 'http.request') throw new ClientDisconnected()
    const { body, moreBody } = message
    size += body.byteLength
    if (length !== undefined && (moreBody ? size > length : size !== length)) {
      throw new HTTPException(400, 'The body is not as long as announced.')
    }
    if (body.byteLength > 0 && !request.write(body)) await drained(request)
    watch.refresh()
    if (request.destroyed) return
    if (!moreBody) {
      request.end()
      return
    }
  }
}

/** Resolves when there is room for more, or nobody who takes it. */
function drained(request: ClientRequest): Promise<void> {
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

/**
 * Sends the response's body on.
 *
 * @param length What was announced; the last byte of it ends the body.
 * @param ends Whether the body's end is the end, and no trailers follow.
 * @throws Error when it does not come to its end.
 */
export async function passBody(
  response: IncomingMessage,
  send: Send,
  length: number | undefined,
  ends: boolean,
  watch: Watch,
): Promise<void> {
  let left = length ?? Number.POSITIVE_INFINITY
  let isOver = false
  // A head that comes alone goes on alone: the body may take its time.
  if (response.readableLength === 0 && !response.complete) {
    await send({ type: 'http.response.body', body: NO_BYTES, moreBody: true })
  }
  for await (const chunk of response) {
    const body: Uint8Array = chunk
    left -= body.byteLength
    isOver = ends && left <= 0
    await watch.hold(send({ type: 'http.response.body', body, moreBody: !isOver }))
  }
  if (!response.complete) throw new Error('the response has no end')
  if (!isOver) await send({ type: 'http.response.body', body: NO_BYTES, moreBody: false })
}
