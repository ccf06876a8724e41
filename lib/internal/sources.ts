/** Sources of streamed responses: taking, iterating and closing them. */
import { endsWithin } from './deadline.ts'

/** Anything that can be iterated; web and Node streams are async iterables. */
export type Source<Item> = Iterable<Item> | AsyncIterable<Item> | ReadableStream<Item>

export type Items<Item> = Iterator<Item> | AsyncIterator<Item>

/** Whether it can be iterated. Strings do not count: they would be sent letter by letter. */
export function isSource(source: unknown): source is Source<unknown> {
  if (typeof source !== 'object' || source === null) return false
  return Symbol.asyncIterator in source || Symbol.iterator in source
}

/**
 * Takes a source before it is read.
 *
 * A Node stream that fails without an error listener ends the process, and has none until it is
 * iterated. Readers still get the error: the stream keeps it for its iterator.
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

/** A web stream that is cancelled at once; its own iterator waits for a read that is under way. */
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
 * Closes a source, whether it was iterated or not. Never throws: the error that led here is the one to
 * report.
 *
 * Not awaited: a generator that waits for something is closed when that has settled.
 *
 * @param items The iterator of the source, if iteration has begun.
 * @returns A promise if closing is not finished yet; it never rejects.
 */
export function giveUp(source: unknown, items?: Items<unknown>): Promise<unknown> | undefined {
  const closing = items && quietly(() => items.return?.())
  // The iterator of a Node stream that was never read does nothing on `return()`.
  if (isNodeStream(source)) quietly(() => take(source).destroy())
  else if (items === undefined) quietly(() => closeUnread(source))
  return closing
}

/** The longest wait for a source that is being closed. */
const AFTERMATH_MS = 1_000

/**
 * Closes a source as `giveUp` does, and waits for it, so that the end of the app does not cut it short.
 * A generator that waits for something is not waited for longer than a second.
 */
export async function closed(source: unknown, items: Items<unknown>): Promise<void> {
  const closing = giveUp(source, items)
  if (closing === undefined) return
  await endsWithin(closing, AFTERMATH_MS)
}

/** Cancels a web stream or its reader, and waits for it as `closed` does. Never throws. */
export async function cancelled(
  stream: Pick<ReadableStream, 'cancel'>,
  reason?: unknown,
): Promise<void> {
  const closing = quietly(() => stream.cancel(reason))
  if (closing !== undefined) await endsWithin(closing, AFTERMATH_MS)
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
    return undefined // the error that led here is the one to report
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
