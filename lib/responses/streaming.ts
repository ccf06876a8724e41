/** A response whose body is made while it is sent. */
import { encodeText } from '../bytes.ts'
import { ClientDisconnected } from '../exceptions.ts'
import { isBodyless } from '../status.ts'
import type { Scope, Send } from '../types.ts'
import { type MessageTypes, Response, type ResponseOptions } from './response.ts'

/** What a body can be streamed from; web and Node streams are async iterables. */
export type StreamSource =
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | ReadableStream<string | Uint8Array>

type Chunks = Iterator<string | Uint8Array> | AsyncIterator<string | Uint8Array>

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
  readonly #source: StreamSource

  constructor(source: StreamSource, options: ResponseOptions = {}) {
    super(undefined, options)
    if (!isIterable(source)) {
      throw new TypeError(
        `${new.target.name}: the content must be iterable in chunks, ${source === null ? 'null' : typeof source} was given. Use a generator, an array of chunks or a stream.`,
      )
    }
    this.#source = source
  }

  protected override get hasLength(): boolean {
    return false
  }

  protected override async transmit(types: MessageTypes, send: Send, scope: Scope): Promise<void> {
    const chunks = iterate(this.#source)
    const nextOf = interruptible(chunks, scope)
    try {
      await send(this.start(types))
      if (isSilent(this.status, scope)) stop(this.#source, chunks)
      else {
        for (let result = await nextOf(); !result.done; result = await nextOf()) {
          const body = toBytes(result.value, this.constructor.name)
          await send({ type: types.body, body, moreBody: true })
        }
      }
    } catch (error) {
      stop(this.#source, chunks)
      throw error
    }
    await send({ type: types.body, moreBody: false })
  }
}

function isIterable(source: unknown): source is StreamSource {
  if (typeof source !== 'object' || source === null) return false
  return Symbol.asyncIterator in source || Symbol.iterator in source
}

function iterate(source: StreamSource): Chunks {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
  return (source as Iterable<string | Uint8Array>)[Symbol.iterator]()
}

/** Nobody sees the chunks, and a source without end would never let the response come to one. */
function isSilent(status: number, scope: Scope): boolean {
  return isBodyless(status) || (scope.type === 'http' && scope.method === 'HEAD')
}

function toBytes(chunk: unknown, where: string): Uint8Array {
  if (typeof chunk === 'string') return encodeText(chunk)
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError(
    `${where}: a chunk must be text or a Uint8Array, ${chunk === null ? 'null' : typeof chunk} was given. Write JSON.stringify(chunk), or await it.`,
  )
}

type Chunk = IteratorResult<string | Uint8Array>

/**
 * A `next` that rejects when the client goes, so that nobody waits for a producer that itself waits
 * for something. One listener serves all chunks: racing each against one promise would keep them.
 */
function interruptible(chunks: Chunks, scope: Scope): () => Chunk | Promise<Chunk> {
  if (scope.type !== 'http' || scope.onDisconnect === undefined) return () => chunks.next()
  let gone = false
  let interrupt = (): void => {}
  scope.onDisconnect(() => {
    gone = true
    interrupt()
  })
  return () => {
    if (gone) throw new ClientDisconnected()
    const next = chunks.next()
    if (!('then' in next)) return next
    return new Promise((resolve, reject) => {
      interrupt = () => reject(new ClientDisconnected())
      next.then(resolve, reject)
    })
  }
}

/** Not awaited: a generator that hangs in an `await` takes the news when it comes out of it. */
function stop(source: StreamSource, chunks: Chunks): void {
  try {
    Promise.resolve(chunks.return?.()).catch(() => {})
    // The iterator of a Node stream that was never read does nothing on `return`.
    if ('destroy' in source && typeof source.destroy === 'function') source.destroy()
  } catch {
    // The first error is the one that counts.
  }
}
