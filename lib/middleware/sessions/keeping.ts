/** Saves the session of a request when its response starts. */

import { lowerNames, withHeaders } from '../../http/fieldlists.ts'
import { Headers } from '../../http/headers.ts'
import type { Session } from '../../http/session.ts'
import type { ConnectionScope, HeaderList, Send, SendMessage } from '../../types.ts'
import type { SavedSession } from './backend.ts'

interface SessionKeeper {
  /** Returns undefined if there is nothing asynchronous to do. */
  keep(
    session: Session,
    opened: SavedSession | undefined,
    headers: Headers,
    scope: ConnectionScope,
  ): Promise<void> | undefined
}

type Start = Exclude<
  Extract<SendMessage, { headers?: HeaderList }>,
  { type: 'http.response.trailers' }
>

/** Whether this message starts a response. Then fields can be added. */
function startsResponse(message: SendMessage): message is Start {
  const { type } = message
  return (
    type === 'http.response.start' ||
    type === 'websocket.accept' ||
    type === 'websocket.http.response.start'
  )
}

/** Delays the response of one request until the session is saved. */
export class Keeping {
  /** The error of a failed save, until another response starts. */
  failure: unknown
  readonly #keeper: SessionKeeper
  readonly #session: Session
  readonly #opened: SavedSession | undefined
  readonly #scope: ConnectionScope
  readonly #send: Send
  #isKept = false

  constructor(
    keeper: SessionKeeper,
    session: Session,
    opened: SavedSession | undefined,
    scope: ConnectionScope,
    send: Send,
  ) {
    this.#keeper = keeper
    this.#session = session
    this.#opened = opened
    this.#scope = scope
    this.#send = send
  }

  readonly send: Send = (message) => {
    if (!startsResponse(message)) return this.#send(message)
    this.failure = undefined
    if (this.#isKept) return this.#send(message)
    this.#isKept = true // set first: the response to a failed save must not save again
    // Changes that a handler made before it failed are not saved.
    const hasFailed = this.#scope.outcome?.error !== undefined
    if (!this.#session.used || hasFailed) return this.#send(message)
    return this.#keep(message)
  }

  #keep(message: Start): Promise<void> {
    const headers = new Headers(lowerNames(message.headers ?? []))
    if (message.type === 'http.response.start') headers.vary('Cookie')
    const sendStart = (): Promise<void> => this.#send(withHeaders(message, headers.list))
    const kept = this.#keeper.keep(this.#session, this.#opened, headers, this.#scope)
    if (kept === undefined) return sendStart()
    return kept.then(sendStart, (error) => {
      this.failure = error
      throw error
    })
  }
}
