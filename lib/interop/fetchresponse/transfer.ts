/** Sends the body of a fetch response as messages, with back-pressure. */

import { ClientDisconnected } from '../../exceptions.ts'
import { isBodyless } from '../../http/status.ts'
import { encodeText, NO_BYTES } from '../../internal/bytes.ts'
import { invalid } from '../../internal/checks.ts'
import { cancelStream } from '../../internal/sources.ts'
import type { MessageTypes } from '../../responses/response.ts'
import {
  type HTTPResponseStartMessage,
  type Scope,
  SENT,
  type Send,
  type WebSocketDenialStartMessage,
} from '../../types.ts'

type Start = HTTPResponseStartMessage | WebSocketDenialStartMessage

/** The number of turns of the microtask queue within which a body must end to be sent as one message. */
const TURNS = 8

/**
 * Sends the start, then the body. A body that is completely available is sent in one message, and the server
 * can set its length.
 *
 * The body is cancelled if the client disconnects, if a message is rejected, or if it is not sent at all.
 * This waits for its clean-up, up to a second.
 */
export async function transfer(
  body: ReadableStream<unknown> | null,
  start: Start,
  types: MessageTypes,
  scope: Scope,
  send: Send,
): Promise<void> {
  const isHead = scope.type === 'http' && scope.method === 'HEAD'
  if (body === null) return sendEmpty(start, types, isHead, send)
  if (isHead || isBodyless(start.status)) {
    const cancelling = cancelStream(body)
    try {
      return await sendEmpty(start, types, isHead, send)
    } finally {
      await cancelling
    }
  }
  const reader = new Reader(body)
  try {
    await pump(reader, start, types, scope, send)
  } catch (error) {
    await reader.cancel(error)
    throw error
  }
}

async function sendEmpty(
  start: Start,
  types: MessageTypes,
  isHead: boolean,
  send: Send,
): Promise<void> {
  await send(start)
  // Two messages prevent the server from counting the length: the length for HEAD is that of GET.
  if (isHead) await send({ type: types.body, moreBody: true })
  return send({ type: types.body })
}

/** Reads a body, and cancels it once. */
class Reader {
  readonly #reader: ReadableStreamDefaultReader<unknown>
  #cancelling: Promise<void> | undefined

  constructor(body: ReadableStream<unknown>) {
    this.#reader = body.getReader()
  }

  read(): Promise<ReadableStreamReadResult<unknown>> {
    return this.#reader.read()
  }

  cancel(reason: unknown): Promise<void> {
    this.#cancelling ??= cancelStream(this.#reader, reason)
    return this.#cancelling
  }
}

async function pump(
  reader: Reader,
  start: Start,
  types: MessageTypes,
  scope: Scope,
  send: Send,
): Promise<void> {
  let next = reader.read()
  const first = await resultIfReady(next)
  let part = NO_BYTES
  if (first !== undefined) {
    if (!first.done) {
      part = toBytes(first.value)
      next = reader.read()
    }
    const isWhole = first.done || (await resultIfReady(next))?.done
    if (isWhole) {
      await send(start)
      return send({ type: types.body, body: part })
    }
  }
  await send(start)
  // This is sent even without a part, because the client must get the head.
  await send({ type: types.body, body: part, moreBody: true })
  const disconnect = watchDisconnect(scope, reader)
  for (;;) {
    const { done, value } = await next
    if (disconnect.gone) throw new ClientDisconnected()
    if (done) return send({ type: types.body })
    const sent = send({ type: types.body, body: toBytes(value), moreBody: true })
    // A message that was accepted synchronously costs no turn.
    if (sent !== SENT) await sent
    next = reader.read()
  }
}

/** The result of a promise, or undefined if it waits for something external. */
async function resultIfReady<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  let settled = false
  const settle = (): void => {
    settled = true
  }
  promise.then(settle, settle)
  for (let turn = 0; turn < TURNS && !settled; turn++) await null
  return settled ? promise : undefined
}

function watchDisconnect(scope: Scope, reader: Reader): { readonly gone: boolean } {
  const disconnect = { gone: false }
  if (scope.type === 'http') {
    scope.onDisconnect?.(() => {
      disconnect.gone = true
      // Also ends a pending read.
      void reader.cancel(new ClientDisconnected())
    })
  }
  return disconnect
}

/** The standard requires bytes, but streams of text are common, and other servers accept them. */
function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') return encodeText(chunk)
  throw invalid(
    'a fetch Response',
    'its body must be a stream of Uint8Arrays or strings',
    chunk,
    'Encode each chunk before it is enqueued',
  )
}
