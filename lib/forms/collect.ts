/** Collects the parts of a multipart body into a form. */
import { makeSpool } from '#disk'
import { ByteCollector } from '../internal/bytes.ts'
import { Form, type FormValue } from './form.ts'
import type { PartHead } from './head.ts'
import type { PartsOptions } from './limits.ts'
import type { PartEvent } from './multipart.ts'
import type { Spool } from './spool.ts'
import { UploadFile } from './upload.ts'

export interface FormOptions extends PartsOptions {
  /** Maximum bytes of a file in memory; larger ones go to a temporary file (1 MiB). */
  maxMemorySize?: number
  /** The folder of that temporary file (`os.tmpdir()`). */
  directory?: string
}

/** The maximum number of bytes in memory for all files of a form together. */
const MOST_MEMORY = 10_485_760

/**
 * Reads the parts to the end. If this fails for any reason, the files are deleted.
 *
 * @param decode Decodes the values of fields.
 */
export async function collect(
  batches: AsyncIterable<readonly PartEvent[]>,
  decode: (bytes: Uint8Array) => string,
  options: FormOptions,
): Promise<Form> {
  const collector = new Collector(decode, options)
  try {
    for await (const events of batches) {
      for (const event of events) {
        const busy = collector.take(event)
        if (busy !== undefined) await busy
      }
    }
    return await collector.finish()
  } catch (error) {
    await collector.abandon()
    throw error
  }
}

class Collector {
  readonly #decode: (bytes: Uint8Array) => string
  readonly #maxMemorySize: number
  readonly #directory: string | undefined
  readonly #entries: [string, FormValue][] = []
  #head: PartHead | undefined
  #pieces = new ByteCollector()
  #size = 0
  /** The start of the current file in the temporary file; undefined if the file is in memory. */
  #from: number | undefined
  #inMemory = 0
  #spool: Spool | undefined

  constructor(decode: (bytes: Uint8Array) => string, options: FormOptions) {
    this.#decode = decode
    this.#maxMemorySize = options.maxMemorySize ?? 1_048_576
    this.#directory = options.directory
  }

  /** Handles an event; returns a promise if the caller must wait. */
  take(event: PartEvent): Promise<void> | undefined {
    if (event === null) this.#endPart()
    else if (event instanceof Uint8Array) return this.#add(event)
    else this.#head = event
    return undefined
  }

  #add(piece: Uint8Array): Promise<void> | undefined {
    this.#size += piece.byteLength
    if (this.#spool !== undefined && this.#from !== undefined) return this.#spool.write(piece)
    this.#pieces.add(piece)
    if (this.#head?.filename === null) return undefined
    this.#inMemory += piece.byteLength
    const fits = this.#size <= this.#maxMemorySize && this.#inMemory <= MOST_MEMORY
    return fits || makeSpool === undefined ? undefined : this.#moveToDisk(makeSpool)
  }

  async #moveToDisk(make: NonNullable<typeof makeSpool>): Promise<void> {
    this.#spool ??= await make(this.#directory)
    this.#from = this.#spool.size
    this.#inMemory -= this.#size
    await this.#spool.write(this.#pieces.join())
    this.#pieces = new ByteCollector()
  }

  #endPart(): void {
    const head = this.#head
    if (head === undefined) return
    const [pieces, from, spool] = [this.#pieces, this.#from, this.#spool]
    const spooled = from === undefined || spool === undefined ? undefined : { spool, from }
    // An empty file input is sent as a file without a name (HTML Standard); it is skipped.
    const isEmptyInput = head.filename === '' && this.#size === 0
    const value =
      head.filename === null
        ? this.#decode(pieces.join())
        : new UploadFile(head, { size: this.#size, pieces: pieces.parts(), spooled })
    if (!isEmptyInput) this.#entries.push([head.name, value])
    this.#head = undefined
    this.#pieces = new ByteCollector()
    this.#size = 0
    this.#from = undefined
  }

  async finish(): Promise<Form> {
    await this.#spool?.flush()
    return new Form(this.#entries, this.#spool)
  }

  async abandon(): Promise<void> {
    await this.#spool?.close()
  }
}
