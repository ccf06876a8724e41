// What a response of a file sends.
import { Headers } from '../../lib/http/headers.ts'
import type { FileResponse } from '../../lib/responses/file.ts'
import type { App, SendMessage } from '../../lib/types.ts'
import { call, httpScope } from './scopes.ts'

export function sent(
  response: FileResponse,
  scope: Parameters<App>[0] = httpScope(),
): Promise<SendMessage[]> {
  return call((...channels) => response.respond(...channels), scope)
}

/** The bytes of all messages together. */
export function bodies(messages: readonly SendMessage[]): Buffer {
  const parts = messages.flatMap((message) =>
    'body' in message && message.body !== undefined ? [message.body] : [],
  )
  return Buffer.concat(parts)
}

/** The fields of the first message. */
export function fieldsOf([start]: readonly SendMessage[]): Headers {
  return new Headers(start !== undefined && 'headers' in start ? start.headers : [])
}
