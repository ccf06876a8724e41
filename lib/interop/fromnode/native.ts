/** An exchange with the server's own request and response, if no middleware uses messages. */
import type { ServerResponse } from 'node:http'
import { ClientDisconnected } from '../../exceptions.ts'
import { isThenable } from '../../internal/handled.ts'
import type { HandedOver } from '../../servers/node/nativepair.ts'
import { type HTTPScope, SENT } from '../../types.ts'
import { exceptionOf } from './errors.ts'
import { withHint } from './hint.ts'
import { isConsequence, reportLate } from './late.ts'
import { resetResponse, withLengthCheck } from './nativeresponse.ts'
import type { NodeRequest } from './request.ts'
import { targetOf } from './target.ts'

/**
 * Runs a handler like `http.createServer`, except for the path and the handling of errors. It sends no
 * messages: these would double the cost of a small exchange, and no middleware reads them.
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
    this.response = withLengthCheck(handed.response, this)
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
    else this.fail(exceptionOf(withHint(error, this.response), this.#scope))
  }

  /** Fails the exchange if there is no response yet; a response that has started continues. */
  unanswered(error: unknown): void {
    if (!this.response.headersSent) this.fail(error)
  }

  /** Ends the exchange with an error, before or during the response. */
  fail(error: unknown): void {
    if (!this.#isOpen) return
    this.#failure = { error }
    if (!this.response.headersSent && !this.response.destroyed) resetResponse(this.response)
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
