// What a response was, from the messages that made it.
import { Headers } from '../../lib/http/headers.ts'
import type { SendMessage } from '../../lib/types.ts'

export interface Sent {
  readonly status: number | undefined
  readonly headers: Headers
  readonly text: string
}

/** Reads the one response that these messages make. */
export function responseOf(messages: readonly SendMessage[]): Sent {
  const start = messages.find((message) => message.type === 'http.response.start')
  const parts = messages.flatMap((message) =>
    message.type === 'http.response.body' && message.body ? [message.body] : [],
  )
  const text = parts.map((part) => new TextDecoder().decode(part)).join('')
  return { status: start?.status, headers: new Headers(start?.headers ?? []), text }
}
