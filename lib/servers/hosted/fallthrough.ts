/** Passes the requests that the app does not answer on to the host. */
import { type App, type Scope, SENT, type Send } from '../../types.ts'

/** Passes a request on, with or without an error. */
export type Next = (error?: unknown) => void

export class Fallthrough {
  readonly #next: Next | undefined
  readonly #onError: (error: unknown, scope: Scope) => void
  #scope: Scope | undefined
  #unmatched = false
  #dropped = false

  /** @param onError Called with errors that `next` itself throws. */
  constructor(next: Next | undefined, onError: (error: unknown, scope: Scope) => void) {
    this.#next = next
    this.#onError = onError
  }

  /** Wraps the app. If no route matches, its 404 is not sent. */
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

  /** Calls `next` and returns true, or returns false if there is no `next` or it throws. */
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
