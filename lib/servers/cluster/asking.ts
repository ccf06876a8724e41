/** How a worker asks the primary. */
import nodeCluster from 'node:cluster'
import { inTime } from '../../internal/deadline.ts'
import { mustRange } from '../../internal/must.ts'
import {
  type AskMessage,
  type NewsMessage,
  NUMBER,
  type ReplyMessage,
  type Topic,
  wordOf,
} from './messages.ts'

/** The primary has not answered: it is busy, or gone. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

/** Questions that the primary has not answered are kept by the channel between the processes. */
const MOST_UNANSWERED = 10_000
const MOST_BYTES = 64_000_000

interface Asked {
  readonly size: number
  readonly settle: (reply: ReplyMessage) => void
  readonly fail: (error: Error) => void
}

/**
 * Whether this process is a worker of `cluster()`.
 *
 * @throws Error if it is a worker of another primary, which would not answer.
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
  readonly #asked = new Map<number, Asked>()
  readonly #listeners = new Map<Topic, (news: readonly unknown[]) => void>()

  constructor() {
    process.on('message', (message) => {
      const word = wordOf(message)
      if (word === 'reply') this.#onReply(message as ReplyMessage)
      else if (word === 'news') {
        const { topic, news } = message as NewsMessage
        this.#listeners.get(topic)?.(news)
      }
    })
    process.once('disconnect', () => {
      for (const { fail } of this.#asked.values()) fail(new Unanswered(GONE))
      this.#asked.clear()
    })
  }

  listen(topic: Topic, listener: (news: readonly unknown[]) => void): void {
    this.#listeners.set(topic, listener)
  }

  ask(topic: Topic, question: readonly unknown[], size: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!process.connected) return reject(new Unanswered(GONE))
      if (this.#asked.size >= MOST_UNANSWERED || this.#size + size > MOST_BYTES) {
        return reject(new Unanswered(`the primary has not answered ${this.#asked.size} questions`))
      }
      const id = ++this.#ids
      const settle = ({ value, error }: ReplyMessage): void => {
        if (error === undefined) resolve(value)
        else reject(errorOf(error))
      }
      this.#asked.set(id, { size, settle, fail: reject })
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

  /** A question that is too late is taken off by its answer alone, so that the number is bounded. */
  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    this.#size -= asked?.size ?? 0
    return asked
  }
}

const GONE = 'the primary is gone'

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
 * Asks the primary.
 *
 * @param size About how many bytes the question has.
 * @throws Unanswered if the primary is gone, overloaded, or takes longer; or what it refuses.
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

/** Hears what the primary tells of a topic. */
export function onNews(topic: Topic, listener: (news: readonly unknown[]) => void): void {
  theLink().listen(topic, listener)
}

/** @throws RangeError unless it is a time that a timer can wait. */
export function assertTimeout(where: string, timeoutMs: number): void {
  const what = 'timeoutMs must be a number of milliseconds below 2^31'
  const isTime = timeoutMs > 0 && timeoutMs < 2 ** 31
  mustRange(where, isTime, what, timeoutMs, 'Choose how long a request may wait')
}
