/** Runs an app between an observed `receive` and `send`, and checks its protocol. */
import { ClientDisconnected } from '../../exceptions.ts'
import { handled, isThenable } from '../../internal/handled.ts'
import { freezeMessage } from '../../types/frozen.ts'
import {
  type App,
  type Receive,
  type ReceiveMessage,
  type Scope,
  SENT,
  type Send,
  type SendMessage,
} from '../../types.ts'
import { describe, LintError } from './faults.ts'
import { messageOf, outOfOrder, type Protocol } from './protocol.ts'

/**
 * Calls the app. It rejects with the error of the app, or with the first fault that the app ignored.
 *
 * Scope and messages are passed by reference, and `send` returns the promise of the original `send`.
 */
export async function observe<State>(
  protocol: Protocol<State>,
  app: App,
  scope: Scope,
  receive: Receive,
  send: Send,
): Promise<void> {
  const observer = new Observer(protocol, receive, send)
  // A listener may end the response early, without a message that reports it.
  if (scope.type !== 'lifespan') scope.onDisconnect?.(observer.leave)
  try {
    const done: unknown = app(scope, observer.receive, observer.send)
    if (!isThenable(done)) throw noPromise('the app', done)
    await done
  } finally {
    observer.close()
  }
  observer.judge()
}

class Observer<State> {
  readonly #protocol: Protocol<State>
  readonly #receive: Receive
  readonly #send: Send
  #state: State
  #fault: unknown
  /** A message that was sent and not yet accepted. */
  #waiting: SendMessage | undefined
  #over = false
  #gone = false

  constructor(protocol: Protocol<State>, receive: Receive, send: Send) {
    this.#protocol = protocol
    this.#receive = receive
    this.#send = send
    this.#state = protocol.start
  }

  /** The client has disconnected: sends are rejected anyway, and an incomplete response is allowed. */
  readonly leave = (): void => {
    this.#gone = true
  }

  /** The app has ended, successfully or not. */
  close(): void {
    this.#over = true
  }

  /** @throws LintError for an ignored fault, or if the app ended too early. */
  judge(): void {
    if (this.#fault !== undefined) throw this.#fault
    if (!this.#gone) this.#protocol.ended(this.#state, this.#waiting?.type)
  }

  readonly send: Send = (message) => {
    if (this.#gone && !this.#over) return this.#send(message)
    const before = this.#state
    try {
      this.#state = this.#next(message)
      freezeMessage(message)
      const accepted = this.#send(message)
      if (accepted === SENT) return accepted
      if (!isThenable(accepted)) throw noPromise("the server's send", accepted)
      this.#wait(message, accepted, before)
      return accepted
    } catch (error) {
      this.#state = before
      return this.#refuse(error)
    }
  }

  #next(message: unknown): State {
    const known = messageOf('a message that is sent', message)
    if (this.#over) {
      throw outOfOrder(known.type, 'the app had ended before', 'Probably a missing await.')
    }
    const state = this.#protocol.sent(this.#state, known)
    if (this.#waiting === undefined) return state
    throw outOfOrder(
      known.type,
      `${this.#waiting.type} was not accepted yet`,
      'Probably a missing await.',
    )
  }

  /** A message that is rejected does not count as sent. */
  #wait(message: SendMessage, accepted: Promise<void>, before: State): void {
    const after = this.#state
    if (this.#protocol.isExclusive(message.type)) this.#waiting = message
    const settle = (): void => {
      if (this.#waiting === message) this.#waiting = undefined
    }
    accepted.then(settle, (error) => {
      settle()
      if (error instanceof ClientDisconnected) this.leave()
      else if (this.#state === after) this.#state = before
    })
  }

  readonly receive: Receive = () => {
    try {
      this.#protocol.receiving(this.#state)
      const given: unknown = this.#receive()
      if (!isThenable(given)) throw noPromise("the server's receive", given)
      // A forgotten await must not end the process.
      return handled(Promise.resolve(given as ReturnType<Receive>).then(this.#check))
    } catch (error) {
      return this.#refuse(error)
    }
  }

  readonly #check = (message: ReceiveMessage): ReceiveMessage => {
    try {
      const known = messageOf('a message that the server gives', message)
      this.#state = this.#protocol.received(this.#state, known)
      return freezeMessage(message)
    } catch (error) {
      this.#fault ??= error
      throw error
    }
  }

  #refuse(error: unknown): Promise<never> {
    if (error instanceof LintError) this.#fault ??= error
    if (error instanceof ClientDisconnected) this.leave()
    return handled(Promise.reject(error))
  }
}

function noPromise(where: string, given: unknown): LintError {
  return new LintError(
    `${where} must return a promise, ${describe(given)} was returned. Is a return missing in a middleware?`,
  )
}
