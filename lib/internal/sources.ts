/** Takes, iterates and closes the sources of streamed responses. */
import { endsWithin } from './deadline.ts'

/** Anything that can be iterated; web and Node streams are async iterables. */
export type Source<Item> = Iterable<Item> | AsyncIterable<Item> | ReadableStream<Item>

export type Items<Item> = Iterator<Item> | AsyncIterator<Item>

/**
 * Whether the value can be iterated. Strings are excluded, because they would be sent letter by letter.
 */
export function isSource(source: unknown): source is Source<unknown> {
  if (typeof source !== 'object' || source === null) return false
  return Symbol.asyncIterator in source || Symbol.iterator in source
}

/**
 * Takes a source before it is read.
 *
 * A Node stream has no error listener until it is iterated. If it fails without one, it ends the process.
 * So a listener is added. Readers still get the error, because the stream keeps it for its iterator.
 */
export function take<Given>(source: Given): Given {
  if (isNodeStream(source)) source.on('error', ignore)
  return source
}

export function iterate<Item>(source: Source<Item>): Items<Item> {
  if (source instanceof ReadableStream) return new Reading(source)
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
  return (source as Iterable<Item>)[Symbol.iterator]()
}

/**
 * Iterates over a web stream. `return()` cancels it at once, whereas the iterator of the stream waits for
 * a pending read.
 */
class Reading<Item> implements AsyncIterator<Item, undefined> {
  readonly #reader: ReadableStreamDefaultReader<Item>
  #ended = false

  constructor(source: ReadableStream<Item>) {
    this.#reader = source.getReader()
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#ended) return END
    try {
      const { done, value } = await this.#reader.read()
      if (!done) return { done, value }
    } catch (error) {
      this.#end()
      throw error
    }
    this.#end()
    return END
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    if (this.#ended) return END
    const cancelling = this.#reader.cancel()
    this.#end()
    await cancelling
    return END
  }

  #end(): void {
    this.#ended = true
    this.#reader.releaseLock()
  }
}

const END = { done: true, value: undefined } as const

/**
 * Closes a source, whether it was iterated or not. It never throws, because the caller reports an earlier
 * error.
 *
 * It does not wait: a generator that awaits a promise is closed when that has settled.
 *
 * @param items The iterator of the source, if iteration has begun.
 * @returns A promise if closing is not finished yet. It never rejects.
 */
export function giveUp(source: unknown, items?: Items<unknown>): Promise<unknown> | undefined {
  const closing = items && quietly(() => items.return?.())
  // If a Node stream was never read, the `return()` of its iterator does nothing.
  if (isNodeStream(source)) quietly(() => take(source).destroy())
  else if (items === undefined) quietly(() => closeUnread(source))
  return closing
}

/** The longest wait for a source that is being closed. */
const MOST_CLOSING_MS = 1_000

/**
 * Closes a source as `giveUp` does, and waits until it is closed, at most for a second. Otherwise the end
 * of the app could interrupt the closing.
 */
export async function closeSource(source: unknown, items: Items<unknown>): Promise<void> {
  const closing = giveUp(source, items)
  if (closing === undefined) return
  await endsWithin(closing, MOST_CLOSING_MS)
}

/** Cancels a web stream or its reader, and waits for it as `closeSource` does. It never throws. */
export async function cancelStream(
  stream: Pick<ReadableStream, 'cancel'>,
  reason?: unknown,
): Promise<void> {
  const closing = quietly(() => stream.cancel(reason))
  if (closing !== undefined) await endsWithin(closing, MOST_CLOSING_MS)
}

function closeUnread(source: unknown): unknown {
  if (source instanceof ReadableStream) return source.cancel()
  // Unread iterators are closed by `return()`; a promise may still resolve to a source.
  if (has(source, 'return')) return source.return()
  return has(source, 'then') ? Promise.resolve(source).then(giveUp) : undefined
}

/** Returns a promise if closing is not finished yet. */
function quietly(close: () => unknown): Promise<unknown> | undefined {
  try {
    const closing = close()
    return has(closing, 'then') ? Promise.resolve(closing).catch(ignore) : undefined
  } catch {
    return undefined // the caller reports an earlier error
  }
}

function ignore(): void {}

interface NodeStream {
  on(event: 'error', listener: () => void): unknown
  destroy(): unknown
}

function isNodeStream(source: unknown): source is NodeStream {
  return has(source, 'destroy') && has(source, 'on')
}

function has<Name extends string>(
  value: unknown,
  name: Name,
): value is { [name in Name]: () => unknown } {
  if (typeof value !== 'object' || value === null || !(name in value)) return false
  return typeof (value as Record<string, unknown>)[name] === 'function'
}
