/** One request between a host and an app: what the app does not answer goes on to the host. */
import { type App, type Scope, SENT, type Send } from '../../types.ts'

/** Hands a request on, with an error or without one. */
export type Next = (error?: unknown) => void

export class Passage {
  readonly #next: Next | undefined
  readonly #onError: (error: unknown, scope: Scope) => void
  #scope: Scope | undefined
  #unmatched = false
  #dropped = false

  /** @param onError Told of what `next` itself throws, which no host should. */
  constructor(next: Next | undefined, onError: (error: unknown, scope: Scope) => void) {
    this.#next = next
    this.#onError = onError
  }

  /** The app, whose "nothing matches" is heard, and not sent. */
  through(app: App): App {
    if (this.#next === undefined) return app
    return (scope, receive, send) => {
      this.#scope = scope
      const onUnmatched = (): void => {
        this.#unmatched = true
      }
      if (scope.type === 'http') scope.onUnmatched = onUnmatched
      return app(scope, receive, this.#over(send))
    }
  }

  #over(send: Send): Send {
    return (message) => {
      // A middleware may have sent its own answer: only the router's 404 is dropped.
      if (message.type === 'http.response.start') {
        this.#dropped = this.#unmatched && message.status === 404
      }
      return this.#dropped ? SENT : send(message)
    }
  }

  /** Calls `next`, if there is one; the host answers then. */
  takesOver(error: unknown): boolean {
    const next = this.#next
    if (next === undefined) return false
    try {
      if (this.#dropped) next()
      else next(error)
      return true
    } catch (failure) {
      if (this.#scope !== undefined) this.#onError(failure, this.#scope)
      return false
    }
  }
}
