/** Sends the body of a fetch response as messages, with back-pressure. */

import { ClientDisconnected } from '../../exceptions.ts'
import { isBodyless } from '../../http/status.ts'
import { encodeText, NO_BYTES } from '../../internal/bytes.ts'
import { wrong } from '../../internal/must.ts'
import { cancelled } from '../../internal/sources.ts'
import type { MessageTypes } from '../../responses/response.ts'
import {
  type HTTPResponseStartMessage,
  type Scope,
  SENT,
  type Send,
  type WebSocketDenialStartMessage,
} from '../../types.ts'

type Start = HTTPResponseStartMessage | WebSocketDenialStartMessage

/** How many turns of the microtask queue a body may take to prove that it is complete. */
const TURNS = 8

/**
 * Sends the start, then the body. A body that is completely available is sent in one message, so that
 * the server can set its length.
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
    const cancelling = cancelled(body)
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
  // In two messages, so that the server does not count: the length for HEAD is that of GET.
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
    this.#cancelling ??= cancelled(this.#reader, reason)
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
  const first = await soon(next)
  let part = NO_BYTES
  if (first !== undefined) {
    if (!first.done) {
      part = toBytes(first.value)
      next = reader.read()
    }
    const isWhole = first.done || (await soon(next))?.done
    if (isWhole) {
      await send(start)
      return send({ type: types.body, body: part })
    }
  }
  await send(start)
  // Sent even without a part, so that the client gets the head.
  await send({ type: types.body, body: part, moreBody: true })
  const departure = watch(scope, reader)
  for (;;) {
    const { done, value } = await next
    if (departure.gone) throw new ClientDisconnected()
    if (done) return send({ type: types.body })
    const sent = send({ type: types.body, body: toBytes(value), moreBody: true })
    // A message that was accepted synchronously costs no turn.
    if (sent !== SENT) await sent
    next = reader.read()
  }
}

/** The result of a promise, or undefined if it waits for something external. */
async function soon<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  let settled = false
  const settle = (): void => {
    settled = true
  }
  promise.then(settle, settle)
  for (let turn = 0; turn < TURNS && !settled; turn++) await null
  return settled ? promise : undefined
}

function watch(scope: Scope, reader: Reader): { readonly gone: boolean } {
  const departure = { gone: false }
  if (scope.type === 'http') {
    scope.onDisconnect?.(() => {
      departure.gone = true
      // Also ends a pending read.
      void reader.cancel(new ClientDisconnected())
    })
  }
  return departure
}

/** The standard requires bytes, but streams of text are common, and other servers accept them. */
function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') return encodeText(chunk)
  throw wrong(
    'a fetch Response',
    'its body must be a stream of Uint8Arrays or strings',
    chunk,
    'Encode each chunk before it is enqueued',
  )
}
