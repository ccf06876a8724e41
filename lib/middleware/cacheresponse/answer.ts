/** Answers from a cached response. */
import {
  type ConditionalScope,
  checkPreconditions,
  notModifiedHeaders,
  validatorsIn,
} from '../../http/conditional.ts'
import { type HeaderList, SENT, type Send } from '../../types.ts'
import { ageOf, type Entry } from './entries.ts'

/** Sends a cached response with its age, or 304 if the client's copy is current. */
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

/** Sends the app's response; if the client's copy is current, it gets a 304 without the body. */
export class ConditionalSend {
  readonly #scope: ConditionalScope
  readonly #send: Send
  /** Whether a 304 was sent. */
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
