/** The part of an exchange that is the same for HTTP/1.1 and HTTP/2: it reports errors and the start of draining. */
import type { Exchange } from '../../protocol/run.ts'
import type { HTTPScope, Receive, Send } from '../../types.ts'
import type { Ongoing } from './ongoing.ts'
import type { Service } from './service.ts'

/** An exchange whose app may run on after its call returns. The app's listeners are called when the server drains. */
export abstract class AppExchange implements Exchange, Ongoing {
  /** A getter, because the scope refers to its exchange: a property would show a cycle when a scope is printed. */
  abstract get scope(): HTTPScope
  abstract readonly receive: Receive
  abstract readonly send: Send
  readonly #inFlight: Service['inFlight']
  readonly #onError: Service['onError']
  #drainListeners: (() => void)[] | undefined
  #isOngoing = false
  readonly onDraining = (listener: () => void): void => {
    if (this.#inFlight.draining) {
      this.tell(listener)
      return
    }
    this.#drainListeners ??= []
    this.#drainListeners.push(listener)
    if (this.#isOngoing) this.#inFlight.listen(this)
  }

  constructor({ inFlight, onError }: Service) {
    this.#inFlight = inFlight
    this.#onError = onError
  }

  abstract get isComplete(): boolean
  abstract conclude(): void
  abstract incompleteness(): Error | undefined
  abstract settle(error: unknown): void
  abstract cut(): void

  drain(): void {
    for (const listener of this.takeDrainListeners()) this.tell(listener)
  }

  report(error: unknown): void {
    this.#onError(error, this.scope)
  }

  /** Whether the app still runs after its call has returned. */
  protected get isOngoing(): boolean {
    return this.#isOngoing
  }

  /** Registers the exchange as ongoing, which a closing server waits for. */
  goOn(): void {
    this.#isOngoing = true
    this.#inFlight.begin(this)
    if (this.#drainListeners !== undefined) this.#inFlight.listen(this)
  }

  protected end(): void {
    this.#isOngoing = false
    this.#inFlight.end(this)
  }

  /** Calls a listener of the app. An error is reported, because it would otherwise end the process. */
  protected tell(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.report(error)
    }
  }

  protected takeDrainListeners(): (() => void)[] {
    return this.#drainListeners?.splice(0) ?? []
  }
}
