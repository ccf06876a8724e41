/** Answers by what is kept. */
import {
  type ConditionalScope,
  checkPreconditions,
  notModifiedHeaders,
  validatorsIn,
} from '../../http/conditional.ts'
import { type HeaderList, SENT, type Send } from '../../types.ts'
import { ageOf, type Entry } from './entries.ts'

/** What is kept, with its age; 304 when the client has it already. */
export function answer(entry: Entry, scope: ConditionalScope, send: Send): Promise<void> {
  const headers = [...entry.headers, 'age', String(ageOf(entry, Date.now()))]
  const isSame = isHeldBy(scope, entry.status, headers)
  const start = isSame
    ? { status: 304, headers: notModifiedHeaders(headers) }
    : { status: entry.status, headers }
  const started = send({ type: 'http.response.start', ...start })
  const rest = (): Promise<void> =>
    send({ type: 'http.response.body', ...(isSame ? {} : { body: entry.body }), moreBody: false })
  return started === SENT ? rest() : started.then(rest)
}

function isHeldBy(scope: ConditionalScope, status: number, headers: HeaderList): boolean {
  return status === 200 && checkPreconditions(scope, validatorsIn(headers)) === 304
}

/** Sends the answer of the app to a client that may have it already: then its body goes no further. */
export class ConditionalSend {
  readonly #scope: ConditionalScope
  readonly #send: Send
  /** Whether the client has got a 304. */
  isOver = false

  constructor(scope: ConditionalScope, send: Send) {
    this.#scope = scope
    this.#send = send
  }

  readonly send: Send = (message) => {
    if (this.isOver) return SENT
    if (message.type !== 'http.response.start') return this.#send(message)
    const { status, headers } = message
    if (!isHeldBy(this.#scope, status, headers)) return this.#send(message)
    this.isOver = true
    const started = this.#send({ ...message, status: 304, headers: notModifiedHeaders(headers) })
    const end = (): Promise<void> => this.#send({ type: 'http.response.body', moreBody: false })
    return started === SENT ? end() : started.then(end)
  }
}
