/** A temporary file for what is too large for memory: one for all files of a form. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { joinBytes } from '../internal/bytes.ts'
import { ByteCollector } from '../internal/collector.ts'

/** How much may wait to be written before whoever writes has to wait too. */
const MOST_WAITING = 2_097_152

/** How much is written at a time at least, but for the last: each time costs, whatever its size. */
const ENOUGH = 524_288

/** How much is read at a time. */
const PIECE = 65_536

/**
 * Bytes in a file that has no name: it is removed as soon as it is open, so that nothing stays behind,
 * not even when the process is killed. Where that cannot be done, it is removed when it is closed.
 *
 * Nothing here waits for the disk but the promises it gives. What comes while a write is under way is
 * written by the next one, all at once.
 */
export class Spool {
  readonly #directory: string
  #opening: Promise<FileHandle> | undefined
  #name: string | undefined
  readonly #waiting = new ByteCollector()
  #writing: Promise<void> | undefined
  #error: unknown
  #closing: Promise<void> | undefined
  /** How many bytes were given to it: where the next ones will stand. */
  size = 0

  /** @param directory Where the file is made (the system's folder for such files). */
  constructor(directory: string = tmpdir()) {
    this.#directory = directory
  }

  /**
   * Takes bytes; a promise when they have to be waited for.
   *
   * Once a write has failed, so does every later one.
   */
  write(bytes: Uint8Array): Promise<void> | undefined {
    this.size += bytes.byteLength
    this.#waiting.add(bytes)
    if (this.#waiting.size >= ENOUGH) this.#writing ??= this.#flush()
    return this.#waiting.size < MOST_WAITING && this.#error === undefined ? undefined : this.flush()
  }

  /** Waits until all that was given is written. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined || this.#waiting.size > 0) {
      this.#writing ??= this.#flush()
      await this.#writing
    }
    if (this.#error !== undefined) throw this.#error
  }

  /** Never rejects: the error is for whoever writes next, or waits. */
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
    // Some systems keep the names of files that are open.
    await rm(name).catch(() => {
      this.#name = name
    })
    return file
  }

  /** The bytes from one place to another, a piece at a time. */
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

  /** Closes the file, and with it the bytes are gone; the same promise each time. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#waiting.take() // it will not be read
    await this.#writing
    const file = await this.#opening?.catch(() => undefined)
    await file?.close()
    if (this.#name !== undefined) await rm(this.#name, { force: true })
  }
}

/** Writes on where a system took less than it was given, as a disk does that is about to be full. */
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

/** Writes a new file, or replaces one once all is written; what could not be finished is removed. */
export async function save(
  target: string | URL,
  pieces: AsyncIterable<Uint8Array>,
  overwrite: boolean,
): Promise<void> {
  const name = target instanceof URL ? fileURLToPath(target) : target
  // Beside it, and not longer than it must be: names have at most 255 bytes.
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
  // Who may read the file stays as it was, whatever the umask is.
  if (mode !== undefined) await file.chmod(mode)
  await writeFile(file, pieces)
}

/** The permissions of a file that is there. */
async function modeOf(name: string): Promise<number | undefined> {
  try {
    return (await stat(name)).mode & 0o777
  } catch {
    return undefined // the error, if it is one, is told by the write
  }
}
