/** An open connection for subscriptions, with a check that Redis replies to it. */
import { inTime } from '../../internal/deadline.ts'
import type { Link } from '../uplink.ts'

/** The time in milliseconds for which one reply of Redis is valid. */
const LOOK_MS = 10

export class Session {
  readonly link: Link
  /** Aborts when the connection is lost. */
  readonly lost: AbortController = new AbortController()
  /** The time of the last answer; `Infinity` while one is awaited. */
  #answeredAt = performance.now()
  #answer: Promise<unknown> = Promise.resolve()

  constructor(link: Link) {
    this.link = link
  }

  /**
   * Checks that Redis replies, once for all calls at the same time. A connection that hangs is not reported
   * as lost.
   *
   * @throws Error if the reply takes longer than `timeoutMs` milliseconds; the connection is then closed.
   */
  look(timeoutMs: number): Promise<unknown> {
    if (performance.now() - this.#answeredAt > LOOK_MS) {
      this.#answeredAt = Number.POSITIVE_INFINITY
      this.#answer = inTime(this.link.ping(), timeoutMs)
      this.#answer.then(
        () => {
          this.#answeredAt = performance.now()
        },
        () => this.link.close(),
      )
    }
    return this.#answer
  }
}
