/** Keeps one connection for subscriptions, and replaces it whenever it is lost. */
import { inTime } from '../internal/deadline.ts'

/**
 * A connection that is used once. After it is lost, it cannot be opened again.
 *
 * Clients must not reconnect automatically: they differ in when subscriptions work again, and none of them
 * reports missed messages.
 */
export interface Link {
  open(): Promise<unknown>
  subscribe(channels: string[]): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  ping(): Promise<unknown>
  /** Closes it in any state; `lost` is called then, too. */
  close(): void
}

export interface LinkEvents {
  message(channel: string, payload: Uint8Array): void
  /** Called at least once. */
  lost(error?: unknown): void
}

export type Dial = (events: LinkEvents) => Link

export interface UplinkOptions {
  readonly dial: Dial
  readonly timeoutMs: number
  /** Milliseconds between checks of the connection. */
  readonly pingMs: number
  /** Called with each new connection, to subscribe. If it rejects, the connection is closed. */
  up(link: Link): Promise<void>
  /** Called when the connection is lost. */
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

  /** The error of the lost connection; undefined while connected. */
  get failure(): unknown {
    return this.#failure
  }

  /** Connects with the first call. */
  start(): void {
    if (!this.#isClosed) this.#running ??= this.#run()
  }

  /** Resolves when neither a connection nor a timer is left. */
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

  /** Opens one connection and waits until it is lost. Resolves to whether it was ever usable. */
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

  /** Waits until the connection is lost, with regular checks: a host that has failed does not close it. */
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

/**
 * The pause before the next attempt. It grows with each failure, and has jitter because processes must not
 * reconnect at the same time.
 */
function pauseAfter(failures: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
  return longest * (0.5 + Math.random() / 2)
}
