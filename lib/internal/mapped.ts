/** A source whose items are changed while they are read. */
import { giveUp, type Items, iterate, type Source } from './sources.ts'

/**
 * Changes each item of a source. When it is closed, it closes the source even if nothing was read; a
 * generator that was never started would not do that.
 */
export class Mapped<Item, From = unknown> implements AsyncIterableIterator<Item> {
  readonly #source: Source<From>
  readonly #items: Items<From>
  readonly #change: (item: From) => Item | Promise<Item>

  constructor(source: Source<From>, change: (item: From) => Item | Promise<Item>) {
    this.#source = source
    this.#items = iterate(source)
    this.#change = change
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Item>> {
    const { done, value } = await this.#items.next()
    return done ? { done, value: undefined } : { done: false, value: await this.#change(value) }
  }

  async return(): Promise<IteratorResult<Item>> {
    await giveUp(this.#source, this.#items)
    return { done: true, value: undefined }
  }
}
