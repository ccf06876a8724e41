/** A temporary file for data that is too large for memory: one for all files of a form. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ByteCollector, joinBytes } from '../internal/bytes.ts'

/** If more bytes than this wait to be written, `write` returns a promise. */
const MOST_WAITING = 2_097_152

/** The minimum bytes of a write, except for the last one: each write has a fixed cost. */
const ENOUGH = 524_288

/** The number of bytes of one read. */
const PIECE = 65_536

/**
 * Stores bytes in a file without a name. The file is unlinked as soon as it is open, so nothing remains even
 * if the process is killed. If this is not possible, the file is removed when it is closed.
 *
 * Only the returned promises wait for the disk. Bytes that arrive during a write are joined for the next one.
 */
export class Spool {
  readonly #directory: string
  #opening: Promise<FileHandle> | undefined
  #name: string | undefined
  readonly #waiting = new ByteCollector()
  #writing: Promise<void> | undefined
  #error: unknown
  #closing: Promise<void> | undefined
  /** The number of bytes taken, which is the position of the next ones. */
  size = 0

  /** @param directory The folder of the file (`os.tmpdir()`). */
  constructor(directory: string = tmpdir()) {
    this.#directory = directory
  }

  /**
   * Takes bytes; returns a promise if the caller has to wait.
   *
   * After a failed write all later ones fail too.
   */
  write(bytes: Uint8Array): Promise<void> | undefined {
    this.size += bytes.byteLength
    this.#waiting.add(bytes)
    if (this.#waiting.size >= ENOUGH) this.#writing ??= this.#flush()
    return this.#waiting.size < MOST_WAITING && this.#error === undefined ? undefined : this.flush()
  }

  /** Resolves when all bytes are written. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined || this.#waiting.size > 0) {
      this.#writing ??= this.#flush()
      await this.#writing
    }
    if (this.#error !== undefined) throw this.#error
  }

  /** Never rejects: the next caller of `write` or `flush` gets the error. */
  async #flush(): Promise<void> {
    try {
      do {
        const file = await this.#open()
        const from = this.size - this.#waiting.size
        await writeAll(file, this.#waiting.take(), from)
      } while (this.#waiting.size >= ENOUGH)
    } catch (error) {
      this.#error ??= error
      this.#waiting.take()
    } finally {
      this.#writing = undefined
    }
  }

  #open(): Promise<FileHandle> {
    this.#opening ??= this.#create()
    return this.#opening
  }

  async #create(): Promise<FileHandle> {
    const name = path.join(this.#directory, `stellula-${randomUUID()}`)
    const file = await open(name, 'wx+', 0o600)
    // Some systems keep the names of open files.
    await rm(name).catch(() => {
      this.#name = name
    })
    return file
  }

  /** The bytes from one position to another, in pieces. */
  async *read(from: number, to: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.#assertOpen()
    await this.flush()
    const file = await this.#open()
    for (let at = from; at < to; ) {
      this.#assertOpen()
      const piece = new Uint8Array(Math.min(PIECE, to - at))
      const { bytesRead } = await file.read(piece, 0, piece.byteLength, at)
      if (bytesRead === 0) throw new Error('upload: its temporary file was cut short from outside.')
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
  }

  #assertOpen(): void {
    if (this.#closing === undefined) return
    throw new TypeError(
      'upload: it was closed while it was read. Read it before the request ends, or saveTo() a path.',
    )
  }

  /** Closes the file, which deletes the bytes; returns the same promise each time. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#waiting.take() // dropped, because it will not be read
    await this.#writing
    const file = await this.#opening?.catch(() => undefined)
    await file?.close()
    if (this.#name !== undefined) await rm(this.#name, { force: true })
  }
}

/** Writes the rest if a system took only a part, as an almost full disk does. */
export async function writeAll(
  file: Pick<FileHandle, 'write' | 'writev'>,
  pieces: readonly Uint8Array[],
  from: number,
): Promise<void> {
  const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  let { bytesWritten: done } = await file.writev(pieces, from)
  if (done === size) return
  const all = joinBytes(pieces)
  while (done < size) done += (await file.write(all, done, size - done, from + done)).bytesWritten
}

/** Writes a new file, or replaces one when all is written; an unfinished file is removed. */
export async function save(
  target: string | URL,
  pieces: AsyncIterable<Uint8Array>,
  overwrite: boolean,
): Promise<void> {
  const name = target instanceof URL ? fileURLToPath(target) : target
  // The new file is in the same directory, with a short name: names have at most 255 bytes.
  const written = overwrite ? path.join(path.dirname(name), `.${randomUUID()}`) : name
  const mode = overwrite ? await modeOf(name) : undefined
  const file = await open(written, 'wx', mode)
  try {
    await fill(file, pieces, mode).finally(() => file.close())
    if (overwrite) await rename(written, name)
  } catch (error) {
    await rm(written, { force: true })
    throw error
  }
}

async function fill(
  file: FileHandle,
  pieces: AsyncIterable<Uint8Array>,
  mode: number | undefined,
): Promise<void> {
  // The permissions of the replaced file are kept, whatever the umask is.
  if (mode !== undefined) await file.chmod(mode)
  await writeFile(file, pieces)
}

/** The permissions of an existing file. */
async function modeOf(name: string): Promise<number | undefined> {
  try {
    return (await stat(name)).mode & 0o777
  } catch {
    return undefined // if it matters, the write reports it
  }
}
