/** Records the messages of an app, for tests of what it sends and receives. */
import type { App, ReceiveMessage, SendMessage } from '../../types.ts'

/** A message in either direction. Its type shows the direction. */
export type ExchangeMessage = ReceiveMessage | SendMessage

/** Adds every message to the list, in the order in which the app receives and sends. */
export function recording(messages: ExchangeMessage[] | undefined, app: App): App {
  if (messages === undefined) return app
  return (scope, receive, send) =>
    app(
      scope,
      async () => {
        const message = await receive()
        messages.push(copyMessage(message))
        return message
      },
      (message) => {
        messages.push(copyMessage(message))
        return send(message)
      },
    )
}

/** Copies the bytes of a message, because a sender may reuse its memory. */
function copyMessage<Message extends ExchangeMessage>(message: Message): Message {
  if ('body' in message && message.body !== undefined) {
    return { ...message, body: new Uint8Array(message.body) }
  }
  if ('bytes' in message && message.bytes !== undefined) {
    return { ...message, bytes: new Uint8Array(message.bytes) }
  }
  return message
}
