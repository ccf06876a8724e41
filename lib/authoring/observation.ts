/** What became of a request, for loggers, metrics and traces: seen from outside, without changing it. */

import { ClientDisconnected, HTTPException } from '../exceptions.ts'
import { contentLength } from '../http/headers.ts'
import { lowerNames } from '../http/lowercase.ts'
import { isBodyless } from '../http/status.ts'
import { encodeText } from '../internal/bytes.ts'
import { runFinally } from '../internal/run.ts'
import { tell } from '../internal/tell.ts'
import {
  type App,
  type ConnectionScope,
  type Scope,
  type ScopeOutcome,
  SENT,
  type Send,
  type SendMessage,
} from '../types.ts'

/** How an exchange ended. */
export interface Outcome {
  /**
   * Of the response; 101 for a websocket that was accepted, 403 for one that was closed before, 499
   * when the client left before any of it was sent.
   */
  readonly status: number
  /** Bytes of the body, or of the messages of a websocket, that were sent. */
  readonly bytes: number
  /** Milliseconds until all was sent. */
  readonly duration: number
  /** Whether the client left before all was sent. */
  readonly aborted: boolean
  /** What the app threw; undefined when it threw nothing, or only that the client has left. */
  readonly error: unknown
}

/**
 * Calls an app and tells once how it went: when the last part of the response has been accepted, or
 * when the app is done or has failed, whichever comes first. Background work is not waited for.
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
 * The path of the route that was found, as it is written, with those of the mounts around it; a mount
 * alone ends in `/*`. Undefined when nothing was found.
 *
 * There are as many of them as the program has routes, whatever clients ask for.
 */
export function routeTemplate({ outcome }: ConnectionScope): string | undefined {
  return outcome?.template
}

/** Made before a middleware inside copies the scope, so that all copies share it. */
function outcomeOf(scope: ConnectionScope): ScopeOutcome {
  scope.outcome ??= {}
  return scope.outcome
}

/** Counts what is sent. */
class Watch {
  readonly #known: ScopeOutcome
  readonly #isHead: boolean
  readonly #send: Send
  readonly #finish: (outcome: Outcome) => unknown
  readonly #started = performance.now()
  #status: number | undefined
  #bytes = 0
  #declared = 0
  #finished = false
  /** Whether anything has gone to the client: servers hold the start back until a body comes. */
  #isSent = false

  constructor(scope: Scope, send: Send, finish: (outcome: Outcome) => unknown) {
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
    else if (!BESIDE.has(type)) sent.then(this.#noteSent, ignore)
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

  /** A server sends no body to a HEAD, nor with a status that has none. */
  #add(bytes: number): void {
    if (!this.#isHead && !isBodyless(this.#status ?? 200)) this.#bytes += bytes
  }

  readonly end = (error?: unknown): void => {
    if (this.#finished) return
    this.#finished = true
    const aborted = error instanceof ClientDisconnected
    tell('observe: finish', this.#finish, {
      status: aborted && !this.#isSent ? 499 : (this.#status ?? statusOf(error)),
      bytes: aborted && !this.#isSent ? 0 : this.#bytes,
      duration: performance.now() - this.#started,
      aborted,
      // A bug that was answered is thrown on only after its answer was sent.
      error: aborted ? undefined : (error ?? this.#known.error),
    })
  }
}

/** Messages that are no part of a response. */
const BESIDE: ReadonlySet<string> = new Set(['http.response.early_hint', 'http.response.debug'])

/** Those that a server may have kept for itself when it takes them at once. */
const NOT_YET: ReadonlySet<string> = new Set([
  ...[...BESIDE, 'http.response.start', 'websocket.http.response.start'],
])

function ignore(): void {}

function isLast(message: SendMessage): boolean {
  if (message.type === 'http.response.body') return message.moreBody !== true
  if (message.type === 'websocket.http.response.body') return message.moreBody !== true
  return message.type === 'http.response.pathsend' || message.type === 'websocket.close'
}

/** What the client will be told by whoever answers errors outside. */
function statusOf(error: unknown): number {
  if (error instanceof ClientDisconnected) return 499
  return error instanceof HTTPException ? error.status : 500
}
