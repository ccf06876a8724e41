/** Makes a form of the parts of a multipart body. */
import { ByteCollector } from '../internal/collector.ts'
import { Form, type FormValue } from './form.ts'
import type { PartsOptions } from './limits.ts'
import type { PartEvent, PartHead } from './multipart.ts'
import type { Spool } from './spool.ts'
import { UploadFile } from './upload.ts'

export interface FormOptions extends PartsOptions {
  /** The most bytes of a file that stay in memory; larger ones go to a temporary file (1 MiB). */
  maxMemorySize?: number
  /** The folder for that temporary file (the system's, `os.tmpdir()`). */
  directory?: string
}

/** What the files of one form may take of the memory together. */
const MOST_MEMORY = 10_485_760

/**
 * Reads to the end; when that fails, for whatever reason, nothing of it stays behind.
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
  /** Where the current file begins in the temporary file, once it is there. */
  #from: number | undefined
  #inMemory = 0
  #spool: Spool | undefined

  constructor(decode: (bytes: Uint8Array) => string, options: FormOptions) {
    this.#decode = decode
    this.#maxMemorySize = options.maxMemorySize ?? 1_048_576
    this.#directory = options.directory
  }

  /** A promise when there is something to wait for. */
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
    return fits ? undefined : this.#moveToDisk()
  }

  /** Loaded only here: most forms need no file system, and some platforms have none. */
  async #moveToDisk(): Promise<void> {
    if (this.#spool === undefined) {
      const { Spool } = await import('#spool')
      this.#spool = new Spool(this.#directory)
    }
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
    // A file input without a file is sent as a file without a name (HTML Standard): there is none.
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
