/** The messages between primary and workers. */

/** The environment variable with the number of a worker. */
export const NUMBER = 'STELLULA_WORKER'

/** An order to a worker: to close, or to abort open exchanges. */
export type Order = 'close' | 'force'

interface OrderMessage {
  readonly stellula: Order
}

interface ReadyMessage {
  readonly stellula: 'ready'
}

/** The services of the primary. */
export type Topic = 'store' | 'channels' | 'metrics'

/** A request of a worker to the primary. Its values are JSON values. */
export interface AskMessage {
  readonly stellula: 'ask'
  readonly id: number
  readonly topic: Topic
  readonly question: readonly unknown[]
}

/** The reply to a request, or its error. */
export interface ReplyMessage {
  readonly stellula: 'reply'
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly name: string; readonly message: string }
}

/** A message of the primary to a worker without a request. */
export interface NewsMessage {
  readonly stellula: 'news'
  readonly topic: Topic
  readonly news: readonly unknown[]
}

/** Makes the message with an order. */
export function orderMessage(stellula: Order): OrderMessage {
  return { stellula }
}

export const READY: ReadyMessage = { stellula: 'ready' }

/** The kind of a message; undefined for other messages, which an app may send itself. */
export function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'stellula' in message
    ? message.stellula
    : undefined
}
