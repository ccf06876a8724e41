/** A response whose body is made while it is sent. */

import { ClientDisconnected } from '../exceptions.ts'
import { isBodyless } from '../http/status.ts'
import { encodeText } from '../internal/bytes.ts'
import {
  closed,
  giveUp,
  type Items,
  isSource,
  iterate,
  type Source,
  take,
} from '../internal/sources.ts'
import { type Scope, SENT, type Send } from '../types.ts'
import { type MessageTypes, Response, type ResponseOptions } from './response.ts'

/** What a body can be streamed from; web and Node streams are async iterables. */
export type StreamSource = Source<string | Uint8Array>

type Chunks = Items<string | Uint8Array>

/**
 * Sends what an iterable gives, chunk by chunk, no faster than the client takes it.
 *
 * When the client goes, the iterable is told to stop at once: its `finally` blocks run, a stream is
 * cancelled. A stream can be sent once, unlike other responses, unless its source can be iterated
 * again.
 *
 * @throws TypeError when the content is no iterable, or is a text.
 * @example
 * async function* ticks() {
 *   for (let tick = 0; tick < 3; tick++) yield `tick ${tick}\n`
 * }
 * new StreamingResponse(ticks(), { mediaType: 'text/plain' })
 */
export class StreamingResponse extends Response<StreamSource> {
  static override readonly optionNames: string = 'status headers mediaType background'

  readonly #source: StreamSource

  constructor(source: StreamSource, options: ResponseOptions = {}) {
    super(undefined, options)
    if (!isSource(source)) {
      throw new TypeError(
        `${new.target.name}: the content must be iterable in chunks, ${source === null ? 'null' : typeof source} was given. Use a generator, an array of chunks or a stream.`,
      )
    }
    this.#source = take(source)
  }

  protected override get hasLength(): boolean {
    return false
  }

  /** Whether it ends when the server begins to close, instead of being waited for. */
  protected get endsWithServer(): boolean {
    return false
  }

  protected override async transmit(types: MessageTypes, send: Send, scope: Scope): Promise<void> {
    const chunks = iterate(this.#source)
    const departure = watch(scope, this.endsWithServer)
    try {
      await send(this.start(types))
      if (isSilent(this.status, scope)) giveUp(this.#source, chunks)
      else await departure.interrupts(this.#pump(chunks, types, send, departure))
    } catch (error) {
      await closed(this.#source, chunks)
      throw error
    }
    const closing = departure.over ? closed(this.#source, chunks) : SENT
    await send({ type: types.body, moreBody: false })
    await closing
  }

  async #pump(
    chunks: Chunks,
    types: MessageTypes,
    send: Send,
    departure: Departure,
  ): Promise<void> {
    while (!departure.over) {
      const next = chunks.next()
      const result = 'then' in next ? await next : next
      if (result.done || departure.over) return
      const sent = send({ type: types.body, body: this.#toBytes(result.value), moreBody: true })
      // What was accepted at once costs no turn.
      if (sent !== SENT) await sent
    }
  }

  #toBytes(chunk: unknown): Uint8Array {
    if (typeof chunk === 'string') return encodeText(chunk)
    if (chunk instanceof Uint8Array) return chunk
    throw new TypeError(
      `${this.constructor.name}: a chunk must be text or a Uint8Array, ${chunk === null ? 'null' : typeof chunk} was given. Write JSON.stringify(chunk), or await it.`,
    )
  }
}

/** Nobody sees the chunks, and a source without end would never let the response come to one. */
function isSilent(status: number, scope: Scope): boolean {
  return isBodyless(status) || (scope.type === 'http' && scope.method === 'HEAD')
}

interface Departure {
  /** Whether no more is to be sent. */
  over: boolean
  /**
   * The same promise, but rejected when the client goes, and resolved when the server closes: a hanging
   * producer is not waited for.
   */
  readonly interrupts: (pump: Promise<void>) => Promise<void>
}

function watch(scope: Scope, endsWithServer: boolean): Departure {
  if (scope.type !== 'http' || scope.onDisconnect === undefined) {
    return { over: false, interrupts: (pump) => pump }
  }
  let error: ClientDisconnected | undefined
  let interrupt = (): void => {}
  const departure: Departure = {
    over: false,
    interrupts: (pump) =>
      new Promise((resolve, reject) => {
        interrupt = () => (error === undefined ? resolve() : reject(error))
        if (departure.over) interrupt()
        pump.then(resolve, reject)
      }),
  }
  const end = (): void => {
    departure.over = true
    interrupt()
  }
  scope.onDisconnect(() => {
    error = new ClientDisconnected()
    end()
  })
  if (endsWithServer) scope.onDraining?.(end)
  return departure
}
