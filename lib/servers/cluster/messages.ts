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
