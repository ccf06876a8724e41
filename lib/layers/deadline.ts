/** Limits the time that a request may take. */

import { answerException } from '../errors/handlers.ts'
import { isDisconnectError } from '../exceptions/common.ts'
import { ClientDisconnected, HTTPException } from '../exceptions.ts'
import { handled } from '../internal/handled.ts'
import { runFinally } from '../internal/run.ts'
import { type Disconnection, disconnection } from '../protocol/disconnection.ts'
import {
  type App,
  type HTTPScope,
  type Middleware,
  type Receive,
  SENT,
  type Send,
} from '../types.ts'
import type { TimeLimit } from './read.ts'

/** Makes a middleware that limits the time of an app. */
export function limitingTime(limit: TimeLimit): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    return new Deadline(limit, scope, receive, send).run(app)
  }
}

/** One request and its timer, which is cleared in any case. */
export class Deadline {
  #options: TimeLimit
  readonly #scope: HTTPScope
  readonly #receive: Receive
  readonly #send: Send
  readonly #onDisconnect: HTTPScope['onDisconnect']
  #timer: ReturnType<typeof setTimeout>
  readonly #disconnection: Disconnection
  #started = false
  #expired = false
  #isComplete = false
  #answer: Promise<void> | undefined
  #cut: (error: Error) => void = () => {}

  constructor(options: TimeLimit, scope: HTTPScope, receive: Receive, send: Send) {
    this.#options = options
    this.#scope = scope
    this.#receive = receive
    this.#send = send
    this.#onDisconnect = scope.onDisconnect
    this.#disconnection = disconnection('timeout', scope.onDisconnect, receive)
    this.#timer = setTimeout(() => this.#expire(), options.ms)
  }

  /**
   * Restarts the timer with another limit, or removes the limit. It does nothing after the time is over.
   */
  restart(options: TimeLimit | false): void {
    if (this.#expired) return
    clearTimeout(this.#timer)
    if (options === false) return
    this.#options = options
    const isOver = this.#isComplete || (this.#started && options.untilStart)
    if (!isOver) this.#timer = setTimeout(() => this.#expire(), options.ms)
  }

  run(app: App): Promise<void> {
    const { onDisconnect, receive } = this.#disconnection
    this.#scope.onDisconnect = onDisconnect
    const done = runFinally(app, this.#scope, receive, this.send, () => clearTimeout(this.#timer))
    if (done === SENT) return done
    return new Promise((resolve, reject) => {
      this.#cut = reject
      done.then(
        () => resolve(this.#answer),
        (error: unknown) => {
          if (this.#expired && isDisconnectError(error)) resolve(this.#answer)
          else reject(error)
        },
      )
    })
  }

  #expire(): void {
    this.#expired = true
    // The client is still connected, and gets the response below.
    this.#scope.onDisconnect = this.#onDisconnect
    const { ms, status } = this.#options
    if (this.#started) {
      this.#cut(
        new Error(
          `timeout: the response was not complete after ${ms} ms. Raise ms, or set untilStart for streams.`,
        ),
      )
    } else {
      // Its errors are reported when the app has ended.
      this.#answer = handled(
        answerException(new HTTPException(status), this.#scope, this.#receive, this.#send),
      )
    }
    this.#disconnection.happen()
  }

  readonly send: Send = (message) => {
    if (this.#expired) return handled(Promise.reject(new ClientDisconnected()))
    this.#started ||= message.type !== 'http.response.debug'
    this.#isComplete ||= message.type === 'http.response.body' && !message.moreBody
    if (this.#isComplete || (this.#started && this.#options.untilStart)) clearTimeout(this.#timer)
    return this.#send(message)
  }
}
