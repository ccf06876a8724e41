/** The outermost layer of an application: answers every error, and rethrows bugs to the server, which logs them. */
import { followsDisconnect } from '../exceptions/common.ts'
import { closeAfter, owns, promiseOf } from '../internal/run.ts'
import { Request } from '../requests.ts'
import { type HTTPScope, type Receive, SENT, type Send, type WebSocketScope } from '../types.ts'
import { type TrackedSend, trackPhase, trackStart } from './boundary.ts'
import { answerException, type ExceptionHandlers, isAnsweredBug, reportBug } from './handlers.ts'

/**
 * One connection in the outermost layer. The layer itself calls the app inside:
 *
 * ```ts
 * const outermost = new Outermost(handlers, scope, receive, send)
 * try {
 *   return outermost.end(app(scope, receive, outermost.send))
 * } catch (error) {
 *   return outermost.end(Promise.reject(error))
 * }
 * ```
 */
export class Outermost {
  readonly #handlers: ExceptionHandlers
  readonly #scope: HTTPScope | WebSocketScope
  readonly #receive: Receive
  readonly #send: Send
  readonly #tracked: TrackedSend
  readonly #isOwner: boolean

  /** Sets the handlers of the scope. */
  constructor(
    handlers: ExceptionHandlers,
    scope: HTTPScope | WebSocketScope,
    receive: Receive,
    send: Send,
  ) {
    this.#handlers = handlers
    this.#scope = scope
    this.#receive = receive
    this.#send = send
    scope.exceptionHandlers = handlers
    // The scope is owned before a middleware copies it, so all copies share its outcome.
    this.#isOwner = owns(scope, scope.app ?? handlers)
    this.#tracked = scope.type === 'http' ? trackStart(send, scope) : trackPhase(send)
  }

  /** The `send` for the app inside. */
  get send(): Send {
    return this.#tracked.send
  }

  /** Waits for the app inside, answers its error, and then closes the dependencies of the connection. */
  end(returned: Promise<void>): Promise<void> {
    const done = promiseOf(returned)
    const recover = (error: unknown): Promise<void> => this.#recover(error)
    if (this.#isOwner) return closeAfter(done, this.#scope, recover)
    return done === SENT ? done : done.catch(recover)
  }

  #recover(error: unknown): Promise<void> {
    const scope = this.#scope
    const { started, phase } = this.#tracked
    if (followsDisconnect(error, scope)) return Promise.reject(error)
    scope.exceptionHandlers = this.#handlers // an application inside may have set its own
    if (scope.type === 'websocket' || !started) {
      return answerException(error, scope, this.#receive, this.#send, phase)
    }
    if (isAnsweredBug(scope, error)) return Promise.reject(error)
    return reportBug(error, new Request(scope, this.#receive, this.#send), this.#handlers)
  }
}
