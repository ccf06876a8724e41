/**
 * Replaces the temporary file in bundles for the edge and browsers (the conditions `workerd`,
 * `edge-light`, `worker` and `browser`): there is no file system, so the files of a form stay in memory.
 */
import { ByteCollector } from '../internal/collector.ts'
import type * as disk from './spool.ts'

/** Bytes in memory, with the interface of the temporary file. */
export class Spool implements Pick<disk.Spool, keyof disk.Spool> {
  readonly #bytes = new ByteCollector()
  #closed = false

  get size(): number {
    return this.#bytes.size
  }

  write(bytes: Uint8Array): undefined {
    this.#bytes.add(bytes)
  }

  async flush(): Promise<void> {}

  /** The bytes from one position to another, as they were written. */
  async *read(from: number, to: number): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#closed) throw closed()
    let start = 0
    for (const part of this.#bytes.parts()) {
      if (this.#closed) throw closed()
      const end = start + part.byteLength
      if (start >= to) return
      if (end > from) yield part.subarray(Math.max(from - start, 0), Math.min(to, end) - start)
      start = end
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#bytes.take()
  }
}

function closed(): TypeError {
  return new TypeError('upload: it was closed while it was read. Read it before the request ends.')
}

/** @throws Error always. */
export const save: typeof disk.save = async () => {
  throw new Error(
    'upload.saveTo: this runtime has no file system, a path was given. Pass upload.stream() to a store of the runtime.',
  )
}
