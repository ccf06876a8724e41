/** What a response is streamed from: begun, and stopped when nobody wants more of it. */

/** Anything that can be iterated; web and Node streams are async iterables. */
export type Source<Item> = Iterable<Item> | AsyncIterable<Item> | ReadableStream<Item>

export type Items<Item> = Iterator<Item> | AsyncIterator<Item>

/** Whether it can be iterated; texts do not count, they would go letter by letter. */
export function isSource(source: unknown): source is Source<unknown> {
  if (typeof source !== 'object' || source === null) return false
  return Symbol.asyncIterator in source || Symbol.iterator in source
}

export function iterate<Item>(source: Source<Item>): Items<Item> {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
  return (source as Iterable<Item>)[Symbol.iterator]()
}

/** Not awaited: a generator that hangs in an `await` takes the news when it comes out of it. */
export function stop<Item>(source: Source<Item>, items: Items<Item>): void {
  try {
    Promise.resolve(items.return?.()).catch(() => {})
    // The iterator of a Node stream that was never read does nothing on `return`.
    if ('destroy' in source && typeof source.destroy === 'function') source.destroy()
  } catch {
    // The first error is the one that counts.
  }
}
