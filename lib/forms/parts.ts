/** The parts of a multipart body, one after another, as they arrive. */

import { HTTPException } from '../exceptions.ts'
import type { Headers } from '../http/headers.ts'
import { ByteCollector } from '../internal/bytes.ts'
import { handled, handledSteps } from '../internal/handled.ts'
import type { PartHead } from './head.ts'
import type { PartEvent } from './multipart.ts'

export interface PartBodyOptions {
  /** Maximum bytes in memory (1 MiB); larger parts are answered with 413. */
  maxSize?: number
}

/**
 * One part of a multipart body while it arrives: a field, or a file if it has a `filename`.
 *
 * It can be read once, before the next part is requested. Unread bytes are skipped.
 *
 * @example
 * Route('/count', async (request) => {
 *   const sizes: Record<string, number> = {}
 *   for await (const part of request.parts({ maxSize: 5_000_000_000 })) {
 *     let size = 0
 *     for await (const bytes of part.stream()) size += bytes.byteLength
 *     sizes[part.name] = size
 *   }
 *   return new JSONResponse(sizes)
 * }, { methods: ['POST'] })
 */
export class Part {
  readonly name: string
  /**
   * The file name given by the client, never to be used as a path. Null if the part is a field; `''`,
   * without content, if a file input was left empty.
   */
  readonly filename: string | null
  /** The content type given by the client, unchecked, or null. */
  readonly contentType: string | null
  /** All header fields of the part. */
  readonly headers: Headers
  readonly #cursor: Cursor
  readonly #decode: (bytes: Uint8Array) => string
  #state: 'unread' | 'reading' | 'passed' = 'unread'

  constructor(head: PartHead, cursor: Cursor, decode: (bytes: Uint8Array) => string) {
    this.name = head.name
    this.filename = head.filename
    this.contentType = head.contentType
    this.headers = head.headers
    this.#cursor = cursor
    this.#decode = decode
  }

  /**
   * The bytes as they arrive. Nothing is read from the client before it is requested.
   *
   * @throws TypeError if it was read before, or a later part was requested.
   * @throws HTTPException 413 if it exceeds the limit of fields or files, 400 if the body ends within it;
   * ClientDisconnected if the client disconnects.
   */
  stream(): AsyncGenerator<Uint8Array, void, undefined> {
    return handledSteps(this.#stream())
  }

  async *#stream(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#state !== 'unread') throw unreadable(this)
    this.#state = 'reading'
    for (;;) {
      const piece = await this.#next()
      if (piece === null) return
      yield piece
    }
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#state !== 'reading') throw unreadable(this)
    const event = await this.#cursor.next()
    if (event === undefined) throw unreadable(this)
    if (event instanceof Uint8Array) return event
    this.#state = 'passed'
    return null
  }

  /** All bytes of a small part. Throws as `stream()` does, and 413 if it is larger than `maxSize`. */
  bytes(options: PartBodyOptions = {}): Promise<Uint8Array> {
    return handled(this.#bytes(options))
  }

  async #bytes({ maxSize = 1_048_576 }: PartBodyOptions): Promise<Uint8Array> {
    const pieces = new ByteCollector()
    for await (const piece of this.#stream()) {
      if (pieces.size + piece.byteLength > maxSize) {
        throw new HTTPException(413, `Part exceeded maximum size of ${maxSize} bytes.`)
      }
      pieces.add(piece)
    }
    return pieces.join()
  }

  /** The whole part as text in the encoding of the form, by default UTF-8. Throws as `bytes()` does. */
  text(options: PartBodyOptions = {}): Promise<string> {
    return handled(this.#bytes(options).then(this.#decode))
  }

  /** Skips unread bytes; called by the loop over the parts. */
  skip(): Promise<void> {
    return handled(this.#skip())
  }

  async #skip(): Promise<void> {
    if (this.#state === 'passed') return
    this.#state = 'reading'
    while ((await this.#next()) !== null);
  }
}

/** Yields the parts. If the loop is left, the rest of the body is not read. */
export async function* partsOf(
  batches: AsyncGenerator<readonly PartEvent[], void, undefined>,
  decode: (bytes: Uint8Array) => string,
): AsyncGenerator<Part, void, undefined> {
  const cursor = new Cursor(batches)
  try {
    for (;;) {
      const head = await cursor.next()
      if (head === undefined) return
      if (head === null || head instanceof Uint8Array) continue
      const part = new Part(head, cursor, decode)
      yield part
      await part.skip()
    }
  } finally {
    await cursor.close()
  }
}

/** Returns events one by one, and reads the next piece of the body if no event is left. */
class Cursor {
  readonly #batches: AsyncGenerator<readonly PartEvent[], void, undefined>
  #batch: readonly PartEvent[] = []
  #at = 0
  #busy = false
  #closed = false

  constructor(batches: AsyncGenerator<readonly PartEvent[], void, undefined>) {
    this.#batches = batches
  }

  /** The next event; undefined after the last one, and after `close`. */
  async next(): Promise<PartEvent | undefined> {
    if (this.#busy) {
      throw new TypeError(
        'request.parts: two reads at once. Wait for the piece of a part before you request the next part.',
      )
    }
    this.#busy = true
    try {
      while (this.#at === this.#batch.length && !this.#closed) {
        const { done, value } = await this.#batches.next()
        if (done) this.#closed = true
        else [this.#batch, this.#at] = [value, 0]
      }
      return this.#closed ? undefined : this.#batch[this.#at++]
    } finally {
      this.#busy = false
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#batches.return()
  }
}

function unreadable({ name }: Part): TypeError {
  return new TypeError(
    `request.parts: the part ${JSON.stringify(name)} was already read, or is not the current one. Read it once, within the loop.`,
  )
}
