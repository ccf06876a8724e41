/** A circuit breaker: while Redis does not reply, most commands fail at once, and a few are sent as probes. */

import { inTime } from '../internal/deadline.ts'
import { callListener } from '../internal/handled.ts'

/** After this many failed commands in a row, the next ones fail without being sent. */
const MOST_FAILURES = 3
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000
/** The minimum time between two reports of the same kind of error reply, or of single failures. */
const REPORT_EVERY_MS = 10_000
/** The minimum time between two reports of outages. */
const OUTAGE_EVERY_MS = 1000

/** Called once for each outage, not for each failed command. */
export type OnOutage = (error: unknown) => void

interface BreakerOptions {
  readonly timeoutMs: number
  readonly onOutage: OnOutage
}

/** The error if a command was not sent, because Redis has not replied to the previous ones. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * The state of one client, shared by all its users.
 *
 * While Redis hangs, each command would wait the whole `timeoutMs`. So after the first failures, one command
 * at a time is sent, with pauses that grow to a second, and the others fail at once. A reply to any command,
 * even a late one, ends this state. Error replies of Redis are replies too.
 */
class Breaker {
  #failures = 0
  /** The number of probes: commands that were sent to find out whether Redis is back. */
  #probes = 0
  #pausedUntil = 0
  #last: unknown
  /** Whether this outage was reported; it ends with a reply in time. */
  #isReported = false
  readonly #reportedAt = new Map<string, number>()

  /** Resolves to the reply; rejects at the latest after `timeoutMs`. */
  async run(command: () => Promise<unknown>, options: BreakerOptions): Promise<unknown> {
    const isProbe = this.#enter(options.timeoutMs)
    let answer: Promise<unknown> | undefined
    try {
      answer = command()
      const value = await inTime(answer, options.timeoutMs)
      this.#works()
      this.#isReported = false
      return value
    } catch (error) {
      // A late reply shows that Redis is back.
      answer?.then(this.#works, () => {})
      this.#recordFailure(error, isProbe)
      this.#report(error, options.onOutage)
      throw error
    }
  }

  /** @throws NotSent if the command must not be sent. */
  #enter(timeoutMs: number): boolean {
    if (this.#failures < MOST_FAILURES) return false
    const now = performance.now()
    if (now < this.#pausedUntil) {
      const cause = this.#last
      throw new NotSent(`Redis has not answered lately: ${messageOf(cause)}`, { cause })
    }
    this.#pausedUntil = now + timeoutMs
    return true
  }

  readonly #works = (): void => {
    this.#failures = 0
    this.#probes = 0
  }

  #recordFailure(error: unknown, isProbe: boolean): void {
    if (isReply(error)) {
      this.#works()
      this.#isReported = false
      return
    }
    if (error instanceof TypeError) return // thrown by the client for an invalid command
    this.#last = error
    this.#failures++
    if (isProbe) this.#probes++
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#probes, LONGEST_PAUSE_MS)
    if (isProbe || this.#failures === MOST_FAILURES) this.#pausedUntil = performance.now() + pause
  }

  /**
   * Reports an outage once, and each kind of error reply at most every ten seconds. Shortly after a report,
   * failures are another outage only if several occur in a row.
   */
  #report(error: unknown, onOutage: OnOutage): void {
    const isOutage = !isReply(error)
    if (isOutage && this.#isReported) return
    const kind = isOutage ? '' : messageOf(error).replace(/ .*/s, '')
    const isLasting = isOutage && this.#failures >= MOST_FAILURES
    const pause = isLasting ? OUTAGE_EVERY_MS : REPORT_EVERY_MS
    const now = performance.now()
    if (now - (this.#reportedAt.get(kind) ?? Number.NEGATIVE_INFINITY) < pause) return
    this.#reportedAt.set(kind, now)
    if (isOutage) this.#isReported = true
    callListener('redis: onOutage', onOutage, error)
  }
}

/** Whether this is an error reply of Redis: in all clients, its message begins with a word in capitals. */
export function isReply(error: unknown): boolean {
  return /^[A-Z][A-Z0-9_]+ /.test(messageOf(error))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const breakers = new WeakMap<object, Breaker>()

/** The breaker of this client. */
export function breakerOf(client: object): Breaker {
  const known = breakers.get(client)
  if (known !== undefined) return known
  const breaker = new Breaker()
  breakers.set(client, breaker)
  return breaker
}

/**
 * Returns a function that writes one line without a stack: during an outage, the stack of a command is not
 * useful.
 */
export function logOutage(where: string): OnOutage {
  return (error) => {
    console.error(`${where}: Redis fails, ${messageOf(error)}`.replace(/\p{Cc}+/gu, ' '))
  }
}
