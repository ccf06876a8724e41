/** Received messages that are always the same. Each is one frozen object. */
import { NO_BYTES } from '../internal/bytes.ts'
import type { ReceiveMessage } from '../types.ts'

/** The client has disconnected, or the exchange is over. */
export const DISCONNECT: ReceiveMessage = Object.freeze({ type: 'http.disconnect' })

/** An empty body. */
export const NO_BODY: ReceiveMessage = Object.freeze({
  type: 'http.request',
  body: NO_BYTES,
  moreBody: false,
})
