/** Sends the body of a fetch response as messages, no faster than the client takes them. */

import { ClientDisconnected } from '../../exceptions.ts'
import { isBodyless } from '../../http/status.ts'
import { encodeText, NO_BYTES } from '../../internal/bytes.ts'
import type { MessageTypes } from '../../responses/response.ts'
import {
  type HTTPResponseStartMessage,
  type Scope,
  SENT,
  type Send,
  type WebSocketDenialStartMessage,
} from '../../types.ts'

type Reader = ReadableStreamDefaultReader<unknown>
type Start = HTTPResponseStartMessage | WebSocketDenialStartMessage

/** How many turns of the microtask queue a body that is there as a whole may take to say so. */
const TURNS = 8

/**
 * Sends the start, then the body; one that is there as a whole goes in one message, so that the
 * server can count it.
 *
 * The body is cancelled when the client goes, when a message is refused, and where nobody sees it.
 */
export async function transfer(
  body: ReadableStream<unknown> | null,
  start: Start,
  types: MessageTypes,
  scope: Scope,
  send: Send,
): Promise<void> {
  const isHead = scope.type === 'http' && scope.method === 'HEAD'
  if (body === null || isHead || isBodyless(start.status)) {
    body?.cancel().catch(() => {})
    await send(start)
    // In two, or the server would count: the length that HEAD tells is the one of GET.
    if (isHead) await send({ type: types.body, moreBody: true })
    return send({ type: types.body })
  }
  const reader = body.getReader()
  try {
    await pump(reader, start, types, scope, send)
  } catch (error) {
    reader.cancel(error).catch(() => {})
    throw error
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
  // Even without a part: the client is to see the head.
  await send({ type: types.body, body: part, moreBody: true })
  const departure = watch(scope, reader)
  for (;;) {
    const { done, value } = await next
    if (departure.gone) throw new ClientDisconnected()
    if (done) return send({ type: types.body })
    const sent = send({ type: types.body, body: toBytes(value), moreBody: true })
    // What was accepted at once costs no turn.
    if (sent !== SENT) await sent
    next = reader.read()
  }
}

/** What a promise gives or throws, if it does so without waiting for anything outside. */
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
      // Ends a read that waits, too.
      reader.cancel(new ClientDisconnected()).catch(() => {})
    })
  }
  return departure
}

/** Fetch itself asks for bytes; but streams of text are common, and other servers take them. */
function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') return encodeText(chunk)
  throw new TypeError(
    `a fetch Response: its body must be a stream of Uint8Arrays or strings, one of ${chunk === null ? 'null' : typeof chunk} was given. Encode each chunk before it is enqueued.`,
  )
}
