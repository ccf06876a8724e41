/** Observes how a request ends, for logs, metrics and traces, without changing it. */

import { followsDisconnect } from '../exceptions/common.ts'
import { HTTPException } from '../exceptions.ts'
import { lowerNames } from '../http/fieldlists.ts'
import { contentLength } from '../http/headers.ts'
import { isBodyless } from '../http/status.ts'
import { encodeText } from '../internal/bytes.ts'
import { callListener } from '../internal/handled.ts'
import { runFinally } from '../internal/run.ts'
import {
  type App,
  type ConnectionScope,
  type Scope,
  type ScopeOutcome,
  SENT,
  type Send,
  type SendMessage,
} from '../types.ts'

/** The outcome of an exchange. */
export interface Outcome {
  /**
   * The status of the response; 101 for an accepted websocket, 403 for a websocket that was refused, 499
   * if the client disconnected before anything was sent.
   */
  readonly status: number
  /** Bytes of the body, or of the websocket messages, that were sent. */
  readonly bytes: number
  /** Milliseconds until everything was sent. */
  readonly duration: number
  /** Whether the client disconnected before everything was sent. */
  readonly aborted: boolean
  /** The error of the app; undefined if it threw nothing or only ClientDisconnected. */
  readonly error: unknown
}

/**
 * Calls an app and reports its outcome once: when the last part of the response was accepted, or when the
 * app has finished or failed, whichever is first. It does not wait for background tasks.
 *
 * @example
 * const timed: Middleware = (app) => (scope, receive, send) =>
 *   observe(app, scope, receive, send, ({ status, duration }) => console.debug(status, duration))
 */
export function observe(
  app: App,
  scope: Parameters<App>[0],
  receive: Parameters<App>[1],
  send: Send,
  finish: (outcome: Outcome) => unknown,
): Promise<void> {
  const watch = new Watch(scope, send, finish)
  return runFinally(app, scope, receive, watch.send, watch.end)
}

/**
 * Returns the path template of the matched route, including the mounts around it, or undefined if nothing
 * matched. For a mount alone it ends in `/*`.
 *
 * Clients cannot create templates: there are only as many as routes.
 */
export function routeTemplate({ outcome }: ConnectionScope): string | undefined {
  return outcome?.template
}

/**
 * Returns the outcome. It is created before an inner middleware copies the scope, so all copies share it.
 */
function outcomeOf(scope: ConnectionScope): ScopeOutcome {
  scope.outcome ??= {}
  return scope.outcome
}

/** Records the messages that are sent. */
class Watch {
  readonly #scope: Scope
  readonly #known: ScopeOutcome
  readonly #isHead: boolean
  readonly #send: Send
  readonly #finish: (outcome: Outcome) => unknown
  readonly #started = performance.now()
  #status: number | undefined
  #bytes = 0
  #declared = 0
  #finished = false
  /** Whether anything was sent to the client: servers delay the start until a body arrives. */
  #isSent = false

  constructor(scope: Scope, send: Send, finish: (outcome: Outcome) => unknown) {
    this.#scope = scope
    this.#known = scope.type === 'lifespan' ? {} : outcomeOf(scope)
    this.#isHead = scope.type === 'http' && scope.method === 'HEAD'
    this.#send = send
    this.#finish = finish
  }

  readonly send: Send = (message) => {
    this.#count(message)
    const sent = this.#send(message)
    if (!this.#isSent) this.#note(message, sent)
    if (!isLast(message)) return sent
    if (sent === SENT) {
      this.end()
      return sent
    }
    return sent.then(
      () => this.end(),
      (error) => {
        this.end(error)
        throw error
      },
    )
  }

  #note({ type }: SendMessage, sent: Promise<void>): void {
    if (sent === SENT) this.#isSent = !NOT_YET.has(type)
    else if (!INFORMATIONAL.has(type)) sent.then(this.#noteSent, ignore)
  }

  readonly #noteSent = (): void => {
    this.#isSent = true
  }

  #count(message: SendMessage): void {
    switch (message.type) {
      case 'http.response.start':
      case 'websocket.http.response.start':
        this.#status = message.status
        this.#declared = contentLength(lowerNames(message.headers)) ?? 0
        break
      case 'websocket.accept':
        this.#status = 101
        break
      case 'websocket.close':
        this.#status ??= 403
        break
      case 'http.response.pathsend':
        this.#add(this.#declared)
        break
      case 'http.response.body':
      case 'websocket.http.response.body':
        this.#add(message.body?.byteLength ?? 0)
        break
      case 'websocket.send':
        this.#bytes += message.bytes?.byteLength ?? encodeText(message.text ?? '').byteLength
        break
    }
  }

  /** Adds bytes of the body. A server sends no body for HEAD, nor for a status without one. */
  #add(bytes: number): void {
    if (!this.#isHead && !isBodyless(this.#status ?? 200)) this.#bytes += bytes
  }

  readonly end = (error?: unknown): void => {
    if (this.#finished) return
    this.#finished = true
    const aborted = followsDisconnect(error, this.#scope)
    callListener('observe: finish', this.#finish, {
      status: aborted && !this.#isSent ? 499 : (this.#status ?? statusOf(error)),
      bytes: aborted && !this.#isSent ? 0 : this.#bytes,
      duration: performance.now() - this.#started,
      aborted,
      // A bug is rethrown only after its response was sent.
      error: aborted ? undefined : (error ?? this.#known.error),
    })
  }
}

/** Messages that are not part of a response. */
const INFORMATIONAL: ReadonlySet<string> = new Set([
  'http.response.early_hint',
  'http.response.debug',
])

/** Messages that a server may delay although it accepts them at once. */
const NOT_YET: ReadonlySet<string> = new Set([
  ...INFORMATIONAL,
  'http.response.start',
  'websocket.http.response.start',
])

function ignore(): void {}

function isLast(message: SendMessage): boolean {
  if (message.type === 'http.response.body') return message.moreBody !== true
  if (message.type === 'websocket.http.response.body') return message.moreBody !== true
  return message.type === 'http.response.pathsend' || message.type === 'websocket.close'
}

/** Returns the status of the response that an outer layer will send for the error. */
function statusOf(error: unknown): number {
  return error instanceof HTTPException ? error.status : 500
}
