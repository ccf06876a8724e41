/** Sends requests from a worker to the primary. */
import nodeCluster from 'node:cluster'
import { inTime } from '../../internal/deadline.ts'
import {
  type AskMessage,
  kindOf,
  type NewsMessage,
  NUMBER,
  type ReplyMessage,
  type Topic,
} from './messages.ts'

/** The error if the primary has not answered: it is busy, or has ended. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

/**
 * The maximum number of unanswered requests, and of their bytes: the channel between the processes keeps them
 * in memory.
 */
const MOST_UNANSWERED = 10_000
const MOST_BYTES = 64_000_000

interface PendingRequest {
  readonly size: number
  readonly settle: (reply: ReplyMessage) => void
  readonly fail: (error: Error) => void
}

/**
 * Whether this process is a worker of `cluster()`.
 *
 * @throws Error if it is a worker of a primary that is not of `cluster()`, which would not answer.
 */
export function isWorker(where: string): boolean {
  if (!nodeCluster.isWorker) return false
  if (process.env[NUMBER] !== undefined) return true
  throw new Error(
    `${where}: the workers must be those of cluster(), one of another primary was given. Start them by cluster() or "stellula serve --workers".`,
  )
}

class Link {
  #ids = 0
  #size = 0
  readonly #pending = new Map<number, PendingRequest>()
  readonly #listeners = new Map<Topic, (news: readonly unknown[]) => void>()

  constructor() {
    process.on('message', (message) => {
      const kind = kindOf(message)
      if (kind === 'reply') this.#onReply(message as ReplyMessage)
      else if (kind === 'news') {
        const { topic, news } = message as NewsMessage
        this.#listeners.get(topic)?.(news)
      }
    })
    process.once('disconnect', () => {
      for (const { fail } of this.#pending.values()) fail(new Unanswered(GONE))
      this.#pending.clear()
    })
  }

  listen(topic: Topic, listener: (news: readonly unknown[]) => void): void {
    this.#listeners.set(topic, listener)
  }

  ask(topic: Topic, question: readonly unknown[], size: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!process.connected) return reject(new Unanswered(GONE))
      if (this.#pending.size >= MOST_UNANSWERED || this.#size + size > MOST_BYTES) {
        return reject(new Unanswered(`the primary has not answered ${this.#pending.size} requests`))
      }
      const id = ++this.#ids
      const settle = ({ value, error }: ReplyMessage): void => {
        if (error === undefined) resolve(value)
        else reject(errorOf(error))
      }
      this.#pending.set(id, { size, settle, fail: reject })
      this.#size += size
      const message: AskMessage = { stellula: 'ask', id, topic, question }
      process.send?.(message, undefined, {}, (error) => {
        if (error !== null) this.#take(id)?.fail(new Unanswered(error.message))
      })
    })
  }

  #onReply(reply: ReplyMessage): void {
    this.#take(reply.id)?.settle(reply)
  }

  /**
   * Removes a request. A request that has timed out is removed only by its reply, so the number of unanswered
   * requests stays limited.
   */
  #take(id: number): PendingRequest | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    this.#size -= pending?.size ?? 0
    return pending
  }
}

const GONE = 'the primary has ended'

function errorOf({ name, message }: { name: string; message: string }): Error {
  if (name === 'TypeError') return new TypeError(message)
  return name === 'RangeError' ? new RangeError(message) : new Unanswered(message)
}

let link: Link | undefined

function theLink(): Link {
  link ??= new Link()
  return link
}

/**
 * Sends a request to the primary; resolves to the reply.
 *
 * @param size The approximate size of the request, in bytes.
 * @throws Unanswered if the primary has ended, is overloaded, or takes longer; TypeError or RangeError if it
 * refuses the request.
 */
export function ask(
  topic: Topic,
  question: readonly unknown[],
  timeoutMs: number,
  size = 256,
): Promise<unknown> {
  const late = (): Error => new Unanswered(`the primary took longer than ${timeoutMs} ms`)
  return inTime(theLink().ask(topic, question, size), timeoutMs, late)
}

/** Listens to the messages that the primary sends without a request, for one topic. */
export function onNews(topic: Topic, listener: (news: readonly unknown[]) => void): void {
  theLink().listen(topic, listener)
}
