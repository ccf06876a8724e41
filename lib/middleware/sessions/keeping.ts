/** Keeps the session of a request when its answer starts. */

import { Headers } from '../../http/headers.ts'
import { lowerNames } from '../../http/lowercase.ts'
import type { Session } from '../../http/session.ts'
import { withHeaders } from '../../http/withheaders.ts'
import type { ConnectionScope, HeaderList, Send, SendMessage } from '../../types.ts'
import type { Opened } from './vault.ts'

export interface SessionKeeper {
  /** Undefined when there is nothing to do that takes time. */
  keep(
    session: Session,
    opened: Opened | undefined,
    headers: Headers,
    scope: ConnectionScope,
  ): Promise<void> | undefined
}

type Start = Exclude<
  Extract<SendMessage, { headers?: HeaderList }>,
  { type: 'http.response.trailers' }
>

/** Whether fields can be added to the answer with this message. */
function startsAnswer(message: SendMessage): message is Start {
  const { type } = message
  return (
    type === 'http.response.start' ||
    type === 'websocket.accept' ||
    type === 'websocket.http.response.start'
  )
}

/** The answer of one request, which waits until the session is kept. */
export class Keeping {
  /** Why the session could not be kept, while nothing else has been answered. */
  failure: unknown
  readonly #keeper: SessionKeeper
  readonly #session: Session
  readonly #opened: Opened | undefined
  readonly #scope: ConnectionScope
  readonly #send: Send
  #isKept = false

  constructor(
    keeper: SessionKeeper,
    session: Session,
    opened: Opened | undefined,
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
    if (!startsAnswer(message)) return this.#send(message)
    this.failure = undefined
    if (this.#isKept) return this.#send(message)
    this.#isKept = true // once: an error while it is kept has an answer too
    // What a handler did before it failed is not kept.
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
