/** Stores for each key that its request runs, or its response. */
import { HTTPException } from '../../exceptions.ts'
import { encodeText, joinBytes, NO_BYTES } from '../../internal/bytes.ts'
import { asText } from '../../internal/handled.ts'
import type { Store } from '../../stores.ts'
import type { HeaderList } from '../../types.ts'

/** The part of a store that is used. */
export type RecordStore = Pick<Store, 'get' | 'set' | 'setIfAbsent' | 'delete'>

/** A complete response. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
}

interface RecordOptions {
  /** In seconds. */
  readonly ttl: number
  readonly runTtl: number
  readonly waitMs: number
}

interface Head {
  readonly fingerprint: string
  /** Undefined while the request runs; null if its response was too large. */
  readonly answer?: Omit<Answer, 'body'> | null
}

/** Milliseconds between two checks of a request that still runs. */
const CHECK_MS = 50

export class Records {
  readonly #store: RecordStore
  readonly #options: RecordOptions

  constructor(store: RecordStore, options: RecordOptions) {
    this.#store = store
    this.#options = options
  }

  /**
   * Returns undefined if the request may run now, otherwise the response of the first one.
   *
   * @throws HTTPException 409 while the first one runs, 422 if it was another request.
   */
  async begin(name: string, fingerprint: string): Promise<Answer | undefined> {
    const { runTtl, waitMs } = this.#options
    const end = performance.now() + waitMs
    for (;;) {
      const isFirst = await this.#store.setIfAbsent(name, encode({ fingerprint }), runTtl)
      if (isFirst) return undefined
      const record = await this.#store.get(name)
      if (record === undefined) continue // it was released in between
      const { head, body } = decode(record)
      if (head.fingerprint !== fingerprint) throw new HTTPException(422, MISMATCH)
      if (head.answer === null) throw new HTTPException(409, UNKEPT)
      if (head.answer !== undefined) return { ...head.answer, body }
      if (performance.now() >= end) throw conflict()
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS))
    }
  }

  /**
   * Keeps a response, or null if it is too large. The request is done by now, so an error of the store is
   * only reported.
   */
  async keep(name: string, fingerprint: string, answer: Answer | null): Promise<void> {
    const record = answer === null ? encode({ fingerprint, answer }) : recordOf(fingerprint, answer)
    await this.#store.set(name, record, this.#options.ttl).catch(reportFailure)
  }

  /** Removes the record, so the request may run again. */
  async release(name: string): Promise<void> {
    await this.#store.delete(name).catch(reportFailure)
  }
}

function reportFailure(error: unknown): void {
  console.error(`idempotency: the store failed after a request was processed, ${asText(error)}`)
}

function recordOf(fingerprint: string, { body, ...head }: Answer): Uint8Array {
  return encode({ fingerprint, answer: head }, body)
}

const MISMATCH = 'This Idempotency-Key was used for another request.'
const UNKEPT = 'The request was processed, and its response is not kept.'

function conflict(): HTTPException {
  const headers = { 'retry-after': '1' }
  return new HTTPException(409, 'The request with this Idempotency-Key is being processed.', {
    headers,
  })
}

/** One line of JSON, then the body. */
function encode(head: Head, body: Uint8Array = NO_BYTES): Uint8Array {
  return joinBytes([encodeText(`${JSON.stringify(head)}\n`), body])
}

const decoder = new TextDecoder()

function decode(record: Uint8Array): { readonly head: Head; readonly body: Uint8Array } {
  const end = record.indexOf(0x0a)
  const head: Head = JSON.parse(decoder.decode(record.subarray(0, end)))
  return { head, body: record.subarray(end + 1) }
}
