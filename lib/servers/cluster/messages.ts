/** What primary and workers tell each other. */

/** The variable that tells a worker its number. */
export const NUMBER = 'STELLULA_WORKER'

/** What a worker is told: to close, or to abort what is still open. */
export type Order = 'close' | 'force'

interface OrderMessage {
  readonly stellula: Order
}

interface ReadyMessage {
  readonly stellula: 'ready'
}

/** What primary and workers share. */
export type Topic = 'store' | 'channels' | 'metrics'

/** A question of a worker to the primary. Values are those of JSON. */
export interface AskMessage {
  readonly stellula: 'ask'
  readonly id: number
  readonly topic: Topic
  readonly question: readonly unknown[]
}

/** The answer to a question, or the error. */
export interface ReplyMessage {
  readonly stellula: 'reply'
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly name: string; readonly message: string }
}

/** What the primary tells a worker without a question. */
export interface NewsMessage {
  readonly stellula: 'news'
  readonly topic: Topic
  readonly news: readonly unknown[]
}

/** The message with an order. */
export function orderMessage(stellula: Order): OrderMessage {
  return { stellula }
}

export const READY: ReadyMessage = { stellula: 'ready' }

/** The word of a message; other messages, which an app may send itself, have none. */
export function wordOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'stellula' in message
    ? message.stellula
    : undefined
}
