/** How the primary answers its workers. */
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

/** What a worker that reads nothing may keep of the memory of the primary. */
const MOST_BYTES = 64_000_000

/** Answers a question in any case, since the worker keeps it until then. */
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
