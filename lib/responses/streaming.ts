/** A response whose body is produced while it is sent. */

import { ClientDisconnected } from '../exceptions.ts'
import { isBodyless } from '../http/status.ts'
import { encodeText } from '../internal/bytes.ts'
import {
  closeSource,
  type Items,
  isSource,
  iterate,
  type Source,
  take,
} from '../internal/sources.ts'
import { type Scope, SENT, type Send } from '../types.ts'
import { type MessageTypes, Response, type ResponseOptions } from './response.ts'

/** A source of a streamed body; web and Node streams are async iterables. */
export type StreamSource = Source<string | Uint8Array>

type Chunks = Items<string | Uint8Array>

/**
 * Sends the items of an iterable, no faster than the client accepts them.
 *
 * If the client disconnects, the iterable is closed at once: its `finally` blocks run, and a stream is
 * cancelled. Unlike other responses, a stream can be sent only once, unless its source can be iterated again.
 *
 * @throws TypeError if the content is not iterable, or is a string.
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

  /** Whether the stream ends when the server begins to close, instead of delaying it. */
  protected get endsWithServer(): boolean {
    return false
  }

  protected override async transmit(types: MessageTypes, send: Send, scope: Scope): Promise<void> {
    const chunks = iterate(this.#source)
    const interruption = watch(scope, this.endsWithServer)
    const isUnread = isSilent(this.status, scope)
    try {
      await send(this.start(types))
      if (!isUnread) await interruption.interrupts(this.#pump(chunks, types, send, interruption))
    } catch (error) {
      await closeSource(this.#source, chunks)
      throw error
    }
    const closing = isUnread || interruption.over ? closeSource(this.#source, chunks) : SENT
    await send({ type: types.body, moreBody: false })
    await closing
  }

  async #pump(
    chunks: Chunks,
    types: MessageTypes,
    send: Send,
    interruption: Interruption,
  ): Promise<void> {
    while (!interruption.over) {
      const next = chunks.next()
      const result = 'then' in next ? await next : next
      if (result.done || interruption.over) return
      const sent = send({ type: types.body, body: this.#toBytes(result.value), moreBody: true })
      // A chunk that was accepted at once costs no turn of the loop.
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

/**
 * Whether the response has no content. The source is not read then, because an endless one would never let
 * the response end.
 */
function isSilent(status: number, scope: Scope): boolean {
  return isBodyless(status) || (scope.type === 'http' && scope.method === 'HEAD')
}

interface Interruption {
  /** Whether nothing more must be sent. */
  over: boolean
  /**
   * Returns a promise that also rejects if the client disconnects, and resolves if the server closes, even if
   * the producer hangs.
   */
  readonly interrupts: (pump: Promise<void>) => Promise<void>
}

function watch(scope: Scope, endsWithServer: boolean): Interruption {
  if (scope.type !== 'http' || scope.onDisconnect === undefined) {
    return { over: false, interrupts: (pump) => pump }
  }
  let error: ClientDisconnected | undefined
  let interrupt = (): void => {}
  const interruption: Interruption = {
    over: false,
    interrupts: (pump) =>
      new Promise((resolve, reject) => {
        interrupt = () => (error === undefined ? resolve() : reject(error))
        if (interruption.over) interrupt()
        pump.then(resolve, reject)
      }),
  }
  const end = (): void => {
    interruption.over = true
    interrupt()
  }
  scope.onDisconnect(() => {
    error = new ClientDisconnected()
    end()
  })
  if (endsWithServer) scope.onDraining?.(end)
  return interruption
}
