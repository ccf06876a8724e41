/** Keeps one connection for subscriptions, and makes another whenever it is lost. */
import { inTime } from '../../internal/deadline.ts'
import type { Dial, Link } from './link.ts'

export interface UplinkOptions {
  readonly dial: Dial
  readonly timeoutMs: number
  /** Milliseconds between looks whether the connection lives. */
  readonly pingMs: number
  /** Called with each new connection, to subscribe; a failure ends the connection. */
  up(link: Link): Promise<void>
  /** Called when it is lost. */
  down(): void
  message(channel: string, payload: Uint8Array): void
}

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000

export class Uplink {
  readonly #options: UplinkOptions
  #running: Promise<void> | undefined
  #isClosed = false
  #link: Link | undefined
  #endPause: () => void = () => {}
  #failure: unknown

  constructor(options: UplinkOptions) {
    this.#options = options
  }

  /** Why there is no connection, when there is none. */
  get failure(): unknown {
    return this.#failure
  }

  /** Connects, the first time that it is called. */
  start(): void {
    if (!this.#isClosed) this.#running ??= this.#run()
  }

  /** Resolves when no connection and no timer is left. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#link?.close()
    this.#endPause()
    await this.#running
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed; failures++) {
      const came = await this.#once()
      if (came) failures = 0
      if (!this.#isClosed) await this.#pause(pauseAfter(failures))
    }
  }

  /** The life of one connection: whether it came so far that it could be used. */
  async #once(): Promise<boolean> {
    const { dial, timeoutMs, up, down, message } = this.#options
    let reason: unknown
    let lose: () => void = () => {}
    const lost = new Promise<void>((resolve) => {
      lose = resolve
    })
    const link: Link = dial({
      message: (channel, payload) => {
        if (this.#link === link) message(channel, payload)
      },
      lost(error) {
        reason ??= error
        lose()
      },
    })
    this.#link = link
    let isUp = false
    try {
      await inTime(Promise.race([link.open(), lost.then(wasLost)]), timeoutMs)
      await up(link)
      isUp = true
      this.#failure = undefined
      await this.#alive(link, lost)
      this.#failure = reason
    } catch (error) {
      this.#failure = reason ?? error
    }
    this.#link = undefined
    link.close()
    down()
    return isUp
  }

  /** Waits until it is lost, and looks now and then: a host that is gone does not say so. */
  async #alive(link: Link, lost: Promise<void>): Promise<void> {
    const { timeoutMs, pingMs } = this.#options
    const timer = setInterval(() => {
      inTime(link.ping(), timeoutMs).catch(() => link.close())
    }, pingMs)
    try {
      await lost
    } finally {
      clearInterval(timer)
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      const endPause = (): void => {
        clearTimeout(timer)
        resolve()
      }
      this.#endPause = endPause
    })
  }
}

function wasLost(): never {
  throw new Error('the connection was lost')
}

/** Longer with each failure, and not the same for all who lost their connection at once. */
function pauseAfter(failures: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
  return longest * (0.5 + Math.random() / 2)
}
