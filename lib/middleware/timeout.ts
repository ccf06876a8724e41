/** Limits the time that a request may take. */

import { answerException } from '../errors/handlers.ts'
import { saysDisconnect } from '../exceptions/disconnect.ts'
import { ClientDisconnected, HTTPException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustRange } from '../internal/must.ts'
import { runFinally } from '../internal/run.ts'
import { DISCONNECT } from '../protocol/received.ts'
import {
  type App,
  type HTTPScope,
  type Middleware,
  type Receive,
  SENT,
  type Send,
} from '../types.ts'

export interface TimeoutOptions {
  /** Milliseconds until the response must be complete. */
  ms: number
  /** The status of the answer if nothing was sent by then; 504 blames an upstream server (503). */
  status?: 503 | 504
  /** Stop the timer once the response has started, for streams and event streams (false). */
  untilStart?: boolean
}

/**
 * Answers 503 to a request that takes too long, or aborts its response if that has started.
 *
 * To the app it looks like a disconnect: `request.signal` aborts, `receive` returns a disconnect, and
 * `send` rejects. An app that ignores this keeps running, and the request ends only when the app does.
 * Background tasks are not limited.
 *
 * @throws RangeError if the time or the status is invalid.
 * @example
 * Route('/report', async (request) => {
 *   const answer = await fetch(upstream, { signal: request.signal })
 *   return new PlainTextResponse(await answer.text())
 * }, { middleware: [timeout({ ms: 5000, status: 504 })] })
 */
export function timeout(options: TimeoutOptions): Middleware {
  knownOptions('timeout', options, 'ms status untilStart')
  const { ms, status = 503, untilStart = false } = options
  assertOptions(ms, status)
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    return new Deadline({ ms, status, untilStart }, scope, receive, send).run(app)
  }
}

/** One request and its timer, which is cleared in any case. */
class Deadline {
  readonly #options: Required<TimeoutOptions>
  readonly #scope: HTTPScope
  readonly #receive: Receive
  readonly #send: Send
  readonly #onDisconnect: HTTPScope['onDisconnect']
  readonly #timer: ReturnType<typeof setTimeout>
  /** Called at the timeout: disconnect listeners, and pending calls of `receive`. */
  readonly #listeners = new Set<() => void>()
  #started = false
  #expired = false
  #answer: Promise<void> | undefined
  #cut: (error: Error) => void = () => {}

  constructor(options: Required<TimeoutOptions>, scope: HTTPScope, receive: Receive, send: Send) {
    this.#options = options
    this.#scope = scope
    this.#receive = receive
    this.#send = send
    this.#onDisconnect = scope.onDisconnect
    this.#timer = setTimeout(() => this.#expire(), options.ms)
  }

  run(app: App): Promise<void> {
    const onDisconnect = (listener: () => void): void => this.#listen(listener)
    this.#scope.onDisconnect = onDisconnect
    const done = runFinally(app, this.#scope, this.receive, this.send, () =>
      clearTimeout(this.#timer),
    )
    if (done === SENT) return done
    return new Promise((resolve, reject) => {
      this.#cut = reject
      done.then(
        () => resolve(this.#answer),
        (error: unknown) => {
          if (this.#expired && saysDisconnect(error)) resolve(this.#answer)
          else reject(error)
        },
      )
    })
  }

  #expire(): void {
    this.#expired = true
    // The answer below goes to a client that is still connected.
    this.#scope.onDisconnect = this.#onDisconnect
    const { ms, status } = this.#options
    if (this.#started) {
      this.#cut(
        new Error(
          `timeout: the response was not complete after ${ms} ms. Take more time, or set untilStart for streams.`,
        ),
      )
    } else {
      const exception = new HTTPException(status)
      this.#answer = answerException(exception, this.#scope, this.#receive, this.#send)
      this.#answer.catch(() => {}) // reported when the app has ended
    }
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }

  #listen(listener: () => void): void {
    let told = false
    const once = (): void => {
      if (!told) listener()
      told = true
    }
    if (this.#expired) once()
    else this.#listeners.add(once)
    this.#onDisconnect?.(once)
  }

  readonly receive: Receive = () => {
    if (this.#expired) return Promise.resolve(DISCONNECT)
    return new Promise((resolve, reject) => {
      const leave = (): void => resolve(DISCONNECT)
      this.#listeners.add(leave)
      // Removed, since it holds the message: a large body would accumulate here.
      this.#receive()
        .then(resolve, reject)
        .then(() => this.#listeners.delete(leave))
    })
  }

  readonly send: Send = (message) => {
    if (this.#expired) {
      const refused = Promise.reject(new ClientDisconnected())
      refused.catch(() => {}) // a forgotten `await` must not end the process
      return refused
    }
    this.#started ||= message.type !== 'http.response.debug'
    const isComplete = message.type === 'http.response.body' && !message.moreBody
    if (isComplete || (this.#started && this.#options.untilStart)) clearTimeout(this.#timer)
    return this.#send(message)
  }
}

/** The longest delay of a timer in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

function assertOptions(ms: number, status: number): void {
  const what = `ms must be a number of milliseconds up to ${LONGEST_MS}`
  const fix = 'Leave the middleware out for no limit'
  mustRange('timeout', ms > 0 && ms <= LONGEST_MS, what, ms, fix)
  const isKnown = status === 503 || status === 504
  mustRange('timeout', isKnown, 'status must be 503 or 504', status, 'Choose one')
}
