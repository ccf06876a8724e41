/** The server's side of the lifespan: starts an app, keeps its state, and stops it. */
import { ProtocolError, UnsupportedProtocol } from '../exceptions.ts'
import { endsWithin } from '../internal/deadline.ts'
import { handled } from '../internal/handled.ts'
import {
  type App,
  type LifespanScope,
  type Receive,
  type ReceiveMessage,
  SENT,
  type Send,
  type State,
} from '../types.ts'

/**
 * Whether an app must have a lifespan (`on`), may have one (`auto`), or is not called with one (`off`).
 *
 * With `auto`, an app has no lifespan if it throws UnsupportedProtocol, throws anything before its first
 * `receive`, or returns without sending anything. Every other error is a failed start.
 */
export type LifespanMode = 'auto' | 'on' | 'off'

/** A running lifespan. */
export interface StartedLifespan {
  /** The state that the app has set; undefined if it has no lifespan. */
  readonly state: State | undefined
  /** Runs the shutdown; rejects if the app reports that it failed. */
  readonly stop: () => Promise<void>
}

const NONE: StartedLifespan = { state: undefined, stop: () => SENT }

/** The maximum wait for an app that may not support lifespans. */
const TRY_MS = 1000

/**
 * Starts the app. Resolves when it is ready to serve.
 *
 * The mode `try` is for any function: it has a lifespan only if it sends a message of the lifespan. The
 * wait for it is at most one second, unless an app inside it has begun its lifespan. Only a failed startup
 * is an error.
 *
 * @param state The `scope.state` of the app, to which it adds its state.
 * @param hasBegun Whether an app inside it has begun its lifespan (never).
 * @throws Error if the start fails, with the app's own error as its cause.
 */
export async function startLifespan(
  app: App,
  mode: LifespanMode | 'try' = 'auto',
  state: State = {},
  hasBegun: () => boolean = () => false,
): Promise<StartedLifespan> {
  if (mode === 'off') return NONE
  const dialogue = new Dialogue()
  const scope: LifespanScope = {
    type: 'lifespan',
    asgi: { version: '3.0', specVersion: '2.0' },
    state,
  }
  const ended = run(app, scope, dialogue)
  const answer = Promise.race([dialogue.started, ended])
  if (mode === 'try' && !(await endsWithin(answer, TRY_MS)) && !hasBegun()) return NONE
  const started = await answer
  if (started === 'complete') return { state, stop: () => stop(dialogue, ended) }
  if (started instanceof Failure) {
    // The app throws its error right after the message, unless it waits for another message.
    const { error } = await Promise.race([ended, nextTurn()])
    throw phaseError('startup', started, error)
  }
  const error = started.error
  const participatesInLifespan =
    error !== undefined && !(error instanceof UnsupportedProtocol) && dialogue.asked
  if (mode !== 'on' && !participatesInLifespan) return NONE
  if (mode === 'try' && !hasBegun()) return NONE
  throw new Error(
    mode === 'on' && !participatesInLifespan
      ? "lifespan: the mode is 'on', but the app has no lifespan. Give it one, or serve it with lifespan: 'auto'."
      : 'lifespan: the startup failed. See the cause.',
    { cause: error },
  )
}

async function run(
  app: App,
  scope: LifespanScope,
  dialogue: Dialogue,
): Promise<{ error?: unknown }> {
  try {
    await app(scope, dialogue.receive, dialogue.send)
    return {}
  } catch (error) {
    return { error }
  }
}

async function stop(dialogue: Dialogue, ended: Promise<{ error?: unknown }>): Promise<void> {
  dialogue.shutDown()
  const stopped = await Promise.race([dialogue.stopped, ended])
  // The error that the app throws after the message has more information than the message.
  const { error } = await ended
  if (stopped instanceof Failure) throw phaseError('shutdown', stopped, error)
  if (error !== undefined) throw phaseError('shutdown', new Failure(String(error)), error)
}

function nextTurn(): Promise<{ error?: unknown }> {
  return new Promise((resolve) => setTimeout(resolve, 0, {}))
}

class Failure {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

function phaseError(phase: string, { message }: Failure, cause?: unknown): Error {
  return new Error(`lifespan: the ${phase} failed. ${message}`, { cause })
}

/** The messages of one lifespan, in both directions. */
class Dialogue {
  readonly started: Promise<'complete' | Failure>
  readonly stopped: Promise<'complete' | Failure>
  /** Whether the app has called `receive`. */
  asked = false
  readonly #shutdown: Promise<ReceiveMessage>
  #startup: ReceiveMessage | undefined = { type: 'lifespan.startup' }
  #endStartup: (result: 'complete' | Failure) => void = () => {}
  #endShutdown: (result: 'complete' | Failure) => void = () => {}
  #askShutdown: (message: ReceiveMessage) => void = () => {}

  constructor() {
    this.started = new Promise((resolve) => {
      this.#endStartup = resolve
    })
    this.stopped = new Promise((resolve) => {
      this.#endShutdown = resolve
    })
    this.#shutdown = new Promise((resolve) => {
      this.#askShutdown = resolve
    })
  }

  shutDown(): void {
    this.#askShutdown({ type: 'lifespan.shutdown' })
  }

  readonly receive: Receive = async () => {
    this.asked = true
    const message = this.#startup ?? (await this.#shutdown)
    this.#startup = undefined
    return message
  }

  readonly send: Send = (message) => {
    if (message.type === 'lifespan.startup.complete') this.#endStartup('complete')
    else if (message.type === 'lifespan.startup.failed') {
      this.#endStartup(new Failure(message.message ?? ''))
    } else if (message.type === 'lifespan.shutdown.complete') this.#endShutdown('complete')
    else if (message.type === 'lifespan.shutdown.failed') {
      this.#endShutdown(new Failure(message.message ?? ''))
    } else return handled(Promise.reject(notForLifespan(message.type)))
    return SENT
  }
}

function notForLifespan(type: string): ProtocolError {
  return new ProtocolError(
    `lifespan: ${JSON.stringify(type)} was sent on a lifespan scope. Throw UnsupportedProtocol for scope types that the app does not serve.`,
  )
}
