/**
 * Files on the disk, read piece by piece. Loaded when the first file is sent, so that a program which
 * sends none, on Node or elsewhere, does not need it.
 *
 * The functions with callbacks are used: with Node's file handles a small file costs a third more.
 */
import { Buffer } from 'node:buffer'
import { close, constants, fstat, open, read, type Stats, stat } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { joinBytes } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
import { contentTag, type FileAnswer, type FileStat, type TaggedStat } from './answer.ts'
import { lengthOf, type Piece } from './byteranges.ts'

/** Does not wait for a writer where the path is a pipe; Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A path for the file system, and for servers. */
export function absolutePath(path: string | URL): string {
  return typeof path === 'string' ? resolve(path) : fileURLToPath(path)
}

/**
 * Looks at a file without opening it.
 *
 * @throws Error when there is none, or it is no file.
 */
export function look(path: string): Promise<FileStat> {
  return new Promise((resolve, reject) => {
    stat(path, (error, stats) => {
      if (error) reject(unreadable(path, error))
      else if (stats.isFile()) resolve(stats)
      else reject(noFile(path))
    })
  })
}

/** How much of a file without a length is read at a time, and in all. */
const HIDDEN_PART = 65_536
const MOST_HIDDEN = 16 * 1024 * 1024

/** An open file, with a place in the pieces that are to be read. */
export class DiskFile {
  readonly #path: string
  readonly descriptor: number
  #closing: Promise<void> | undefined
  #pieces: readonly Piece[] = []
  #index = 0
  #offset = 0

  private constructor(path: string, descriptor: number) {
    this.#path = path
    this.descriptor = descriptor
  }

  /** @throws Error when there is no such file, or it cannot be read. */
  static open(path: string): Promise<DiskFile> {
    return new Promise((resolve, reject) => {
      open(path, FLAGS, (error, descriptor) => {
        if (error) reject(unreadable(path, error))
        else resolve(new DiskFile(path, descriptor))
      })
    })
  }

  /**
   * Looks at what was opened, whatever stands at its path by now.
   *
   * @throws Error when it is no file.
   */
  stat(): Promise<Stats> {
    return new Promise((resolve, reject) => {
      fstat(this.descriptor, (error: Error | null, stats: Stats) => {
        if (error) reject(error)
        else if (stats.isFile()) resolve(stats)
        else reject(noFile(this.#path))
      })
    })
  }

  /** Begins a body that is made of these pieces. */
  begin(pieces: readonly Piece[]): void {
    this.#pieces = pieces
    this.#index = 0
    this.#offset = 0
  }

  /**
   * The next bytes of the body, exactly so many.
   *
   * @throws Error when the file has become shorter.
   */
  async next(size: number): Promise<Uint8Array> {
    // Every byte is written before anybody sees them, and none is shared with other buffers.
    const bytes = Buffer.allocUnsafeSlow(size)
    for (let filled = 0; filled < size; ) filled += await this.#fill(bytes, filled)
    return bytes
  }

  /**
   * What a file holds that says it is empty, as those of procfs do; nothing if it is.
   *
   * @throws Error when it has more than 16 MiB.
   */
  async hidden(): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let position = 0; position <= MOST_HIDDEN; ) {
      const part = Buffer.allocUnsafeSlow(HIDDEN_PART)
      const taken = await this.#take(part, 0, HIDDEN_PART, position)
      if (taken === 0) return joinBytes(parts)
      parts.push(part.subarray(0, taken))
      position += taken
    }
    throw tooLong(this.#path)
  }

  /** Takes from the current piece what it has and fits. */
  async #fill(bytes: Uint8Array, filled: number): Promise<number> {
    const piece = this.#pieces[this.#index]
    if (piece === undefined)
      throw new RangeError('DiskFile: more was asked for than the pieces have')
    const length = lengthOf(piece)
    const size = Math.min(length - this.#offset, bytes.byteLength - filled)
    let taken = size
    if (piece instanceof Uint8Array) {
      bytes.set(piece.subarray(this.#offset, this.#offset + size), filled)
    } else taken = await this.#read(bytes, filled, size, piece.start + this.#offset)
    this.#offset += taken
    if (this.#offset === length) {
      this.#index++
      this.#offset = 0
    }
    return taken
  }

  async #read(bytes: Uint8Array, offset: number, size: number, position: number): Promise<number> {
    const taken = await this.#take(bytes, offset, size, position)
    if (taken === 0 && size > 0) throw tooShort(this.#path, position)
    return taken
  }

  #take(bytes: Uint8Array, offset: number, size: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.descriptor, bytes, offset, size, position, (error, taken) => {
        if (error) reject(error)
        else resolve(taken)
      })
    })
  }

  /** May be called again, and then waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => close(this.descriptor, () => resolve()))
    return this.#closing
  }
}

/** The state of a file, and its content if that is all that tells its size. */
export interface Content {
  readonly stat: TaggedStat
  readonly hidden: Uint8Array | undefined
}

/** Looks into a file that says it is empty; times tell nothing of one that is made when it is read. */
export async function contentOf(file: DiskFile): Promise<Content> {
  const stat = await file.stat()
  if (stat.size > 0) return { stat, hidden: undefined }
  const hidden = await file.hidden()
  if (hidden.byteLength === 0) return { stat, hidden: undefined }
  const etag = contentTag(sha256(hidden))
  return { stat: { size: hidden.byteLength, mtimeMs: stat.mtimeMs, etag }, hidden }
}

/** The same answer with its ranges filled in. */
export function filled(answer: FileAnswer, content: Uint8Array): FileAnswer {
  const pieces = answer.pieces.map((piece) =>
    piece instanceof Uint8Array ? piece : content.subarray(piece.start, piece.end),
  )
  return { ...answer, pieces }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): Error {
  const what = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`
  return new Error(
    `FileResponse: the file ${what}, ${JSON.stringify(path)} was given. Check the path before, and answer 404 where it comes from a client.`,
    { cause },
  )
}

function noFile(path: string): Error {
  return new Error(
    `FileResponse: the path is not a file, ${JSON.stringify(path)} was given. Use StaticFiles for directories.`,
  )
}

function tooLong(path: string): Error {
  return new Error(
    `FileResponse: the file has no length and more than ${MOST_HIDDEN} bytes, ${JSON.stringify(path)} was given. Use StreamingResponse for it.`,
  )
}

function tooShort(path: string, size: number): Error {
  return new Error(
    `FileResponse: the file was cut off at ${size} bytes while it was sent, ${JSON.stringify(path)} was given. Replace files by renaming a new one.`,
  )
}
