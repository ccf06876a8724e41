/** Messages that apps receive the same each time: one object for all, frozen. */
import { NO_BYTES } from '../internal/bytes.ts'
import type { ReceiveMessage } from '../types.ts'

/** The client has gone, or the exchange is over. */
export const DISCONNECT: ReceiveMessage = Object.freeze({ type: 'http.disconnect' })

/** A whole body without content. */
export const NO_BODY: ReceiveMessage = Object.freeze({
  type: 'http.request',
  body: NO_BYTES,
  moreBody: false,
})
