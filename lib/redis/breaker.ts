/** Lets commands fail at once while Redis does not answer, and looks now and then whether it does. */

import { inTime } from '../internal/deadline.ts'
import { tell } from '../internal/tell.ts'

/** How many commands in a row may fail before others fail without being sent. */
const MOST_FAILURES = 3
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000
/** The same kind of failure is not told more often. */
const TOLD_EVERY_MS = 10_000

/** Hears of an outage: once, not with each command that fails. */
export type OnOutage = (error: unknown) => void

export interface BreakerOptions {
  readonly timeoutMs: number
  readonly onOutage: OnOutage
}

/** Redis was away a moment ago, so the command was not sent. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * The state of one client, whoever uses it.
 *
 * While Redis hangs, each command would wait the whole `timeoutMs`. After the first few one command at
 * a time is sent, with pauses that grow to a second, and the others fail meanwhile. An answer to any
 * command, also one that comes too late, ends that. What Redis answers is no outage, errors included.
 */
export class Breaker {
  #failures = 0
  /** How many commands were sent to see whether Redis is back. */
  #probes = 0
  #pausedUntil = 0
  #last: unknown
  readonly #toldAt = new Map<string, number>()

  /** What a command is answered, or why it is not, `timeoutMs` later at the latest. */
  async run(command: () => Promise<unknown>, options: BreakerOptions): Promise<unknown> {
    const isProbe = this.#enter(options.timeoutMs)
    let answer: Promise<unknown> | undefined
    try {
      answer = command()
      const value = await inTime(answer, options.timeoutMs)
      this.#works()
      return value
    } catch (error) {
      // One that comes late shows that Redis is there again.
      answer?.then(this.#works, () => {})
      this.#note(error, isProbe)
      this.#tell(error, options.onOutage)
      throw error
    }
  }

  /** @throws Error when the command is not to be sent. */
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

  #note(error: unknown, isProbe: boolean): void {
    if (isReply(error)) {
      this.#works()
      return
    }
    if (error instanceof TypeError) return // of the client, for what cannot be sent
    this.#last = error
    this.#failures++
    if (isProbe) this.#probes++
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#probes, LONGEST_PAUSE_MS)
    if (isProbe || this.#failures === MOST_FAILURES) this.#pausedUntil = performance.now() + pause
  }

  /** The first failure of an outage, and each kind of error that Redis answers, now and then. */
  #tell(error: unknown, onOutage: OnOutage): void {
    const isOutage = !isReply(error)
    if (isOutage && this.#failures > 1) return
    const kind = isOutage ? '' : messageOf(error).replace(/ .*/s, '')
    const now = performance.now()
    if (now - (this.#toldAt.get(kind) ?? Number.NEGATIVE_INFINITY) < TOLD_EVERY_MS) return
    this.#toldAt.set(kind, now)
    tell('redis: onOutage', onOutage, error)
  }
}

/** Whether Redis has answered with this error: it begins with a word in capitals, for every client. */
export function isReply(error: unknown): boolean {
  return /^[A-Z][A-Z0-9_]+ /.test(messageOf(error))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const breakers = new WeakMap<object, Breaker>()

/** All who use a client share what is known of its Redis. */
export function breakerOf(client: object): Breaker {
  const known = breakers.get(client)
  if (known !== undefined) return known
  const breaker = new Breaker()
  breakers.set(client, breaker)
  return breaker
}

/** One line, without a stack: where Redis is away, the place of the command says nothing. */
export function logOutage(where: string): OnOutage {
  return (error) => {
    console.error(`${where}: Redis fails, ${messageOf(error)}`.replace(/\p{Cc}+/gu, ' '))
  }
}
