/** An exchange with the server's own request and response, if no middleware looks at messages. */
import type { ServerResponse } from 'node:http'
import { ClientDisconnected } from '../../exceptions.ts'
import { isThenable } from '../../internal/handled.ts'
import type { HandedOver } from '../../servers/node/nativepair.ts'
import { type HTTPScope, SENT } from '../../types.ts'
import { exceptionOf } from './errors.ts'
import { hinted } from './hint.ts'
import { isConsequence, reportLate } from './late.ts'
import { measured, takeBack } from './nativeresponse.ts'
import type { NodeRequest } from './request.ts'
import { targetOf } from './target.ts'

/**
 * Runs a handler as `http.createServer` would, except for the path and the handling of errors. A message
 * for each step, which nothing reads, would double the cost of a small exchange.
 */
export class NativeExchange {
  readonly request: NodeRequest
  readonly response: ServerResponse
  readonly #scope: HTTPScope
  readonly #handed: HandedOver
  #failure: { readonly error: unknown } | undefined
  #settle: (() => void) | undefined
  /** Whether the promise of the exchange is settled, or about to be. */
  #over = false

  constructor(scope: HTTPScope, handed: HandedOver) {
    this.#scope = scope
    this.#handed = handed
    this.request = Object.assign(handed.request, targetOf(scope))
    this.response = measured(handed.response, this)
  }

  /** Calls the handler; the promise covers the whole exchange. */
  run(handle: () => unknown): Promise<void> {
    let returned: unknown
    try {
      returned = handle()
    } catch (error) {
      this.failInside(error)
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    if (!isThenable(returned) && this.response.writableEnded) {
      this.#over = true
      return SENT
    }
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#over = true
        if (this.#failure) reject(this.#failure.error)
        else resolve()
      }
      this.#settle = settle
      if (isThenable(returned)) returned.then(() => this.#finish(), this.failInside)
      else this.#finish()
    })
  }

  /** Ends the exchange with an error of the handler, which may have a status. */
  readonly failInside = (error: unknown): void => {
    if (!this.#isOpen) reportLate(error, this.#scope, this.#failure?.error)
    // Streams of the handler may notice a disconnect first.
    else if (this.response.destroyed && isConsequence(error)) this.fail(new ClientDisconnected())
    else this.fail(exceptionOf(hinted(error, this.response), this.#scope))
  }

  /** Rejects if nothing has answered; a response that has started continues. */
  unanswered(error: unknown): void {
    if (!this.response.headersSent) this.fail(error)
  }

  /** Ends the exchange without a response, or in the middle of one. */
  fail(error: unknown): void {
    if (!this.#isOpen) return
    this.#failure = { error }
    if (!this.response.headersSent && !this.response.destroyed) takeBack(this.response)
    this.#settle?.()
  }

  get #isOpen(): boolean {
    return !this.#over && this.#failure === undefined
  }

  #finish(): void {
    const { response } = this
    if (response.writableEnded) this.#settle?.()
    else {
      this.#handed.whenOver(() => {
        if (response.writableFinished) this.#settle?.()
        else this.fail(response.errored ?? new ClientDisconnected())
      })
    }
  }
}
