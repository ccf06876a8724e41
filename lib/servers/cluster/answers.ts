/** Answers the requests of workers, in the primary. */
import { answerChannels } from './exchange.ts'
import type { AskMessage, ReplyMessage, Topic } from './messages.ts'
import type { Peer, Service } from './peer.ts'
import { answerStore } from './sharedstores.ts'
import { answerMetrics } from './totals.ts'

const SERVICES: Readonly<Record<Topic, Service>> = {
  store: answerStore,
  channels: answerChannels,
  metrics: answerMetrics,
}

/** The maximum memory of the primary for unread replies to one worker, in bytes. */
const MOST_BYTES = 64_000_000

/** Answers a request. It always sends a reply, because the worker keeps the request until then. */
export async function answer({ id, topic, question }: AskMessage, peer: Peer): Promise<void> {
  const reply = (rest: Partial<ReplyMessage>, size = 256): void =>
    peer.tell({ stellula: 'reply', id, ...rest }, size)
  try {
    const value = await SERVICES[topic](question, peer)
    const size = 256 + (typeof value === 'string' ? value.length : 0)
    if (peer.backlog + size > MOST_BYTES) throw new Error('the worker reads no answers')
    reply({ value }, size)
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    reply({ error: { name, message } })
  }
}
