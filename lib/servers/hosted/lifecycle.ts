/** The lifespan of an app inside another server: started once, stopped when nothing runs. */
import { type LifespanMode, type StartedLifespan, startLifespan } from '../../lifespan/start.ts'
import type { App } from '../../types.ts'
import { type Ongoing, OngoingSet } from '../node/ongoing.ts'

/** How long apps may take to clean up after their connections were aborted, in ms. */
const AFTERMATH_MS = 1_000

export class Life {
  readonly #app: App
  readonly #mode: LifespanMode
  #starting: Promise<StartedLifespan> | undefined
  #closing: Promise<void> | undefined
  readonly #ongoing = new OngoingSet()
  readonly #open = new Set<Ongoing>()
  #onIdle: () => void = () => {}
  /** Set after the app has started. */
  lifespan: StartedLifespan | undefined

  constructor(app: App, mode: LifespanMode) {
    this.#app = app
    this.#mode = mode
  }

  /** Whether new requests are refused. */
  get closing(): boolean {
    return this.#closing !== undefined
  }

  get draining(): boolean {
    return this.#ongoing.draining
  }

  begin(one: Ongoing): void {
    this.#open.add(one)
    this.#ongoing.begin()
  }

  listen(one: Ongoing): void {
    this.#ongoing.listen(one)
  }

  end(one?: Ongoing): void {
    this.#ongoing.end(one)
    if (one !== undefined) this.#open.delete(one)
    if (this.#ongoing.count === 0) this.#onIdle()
  }

  /** Starts the app with the first call. If the start has failed, each call rejects. */
  async ready(): Promise<StartedLifespan> {
    this.#starting ??= startLifespan(this.#app, this.#mode)
    this.lifespan = await this.#starting
    return this.lifespan
  }

  /** Waits for open exchanges, aborts those that take longer, then stops the app if it was started. */
  close(gracePeriodMs: number): Promise<void> {
    this.#ongoing.drain()
    this.#closing ??= this.#close(gracePeriodMs)
    return this.#closing
  }

  async #close(gracePeriodMs: number): Promise<void> {
    if (this.#starting === undefined) return
    // The caller of `start` has got the error, and nothing has to be stopped.
    const lifespan = await this.#starting.catch(() => undefined)
    await this.#idle(gracePeriodMs)
    for (const one of [...this.#open]) one.cut()
    await this.#idle(AFTERMATH_MS)
    await lifespan?.stop()
  }

  #idle(timeoutMs: number): Promise<void> {
    if (this.#ongoing.count === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      const onIdle = (): void => {
        clearTimeout(timer)
        resolve()
      }
      this.#onIdle = onIdle
    })
  }
}
