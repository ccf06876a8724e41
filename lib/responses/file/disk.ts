/**
 * Reads files in pieces. It is loaded when the first file is sent, because other programs do not need it.
 *
 * It uses the callback functions: with Node's file handles a small file takes a third more time.
 */
import { Buffer } from 'node:buffer'
import { access, close, constants, fstat, open, read, type Stats, stat } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { joinBytes } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
import { contentTag, type FileAnswer, type FileStat, type TaggedStat } from './answer.ts'
import { lengthOf, type Piece } from './byteranges.ts'

/** Without this, opening a pipe would wait for a writer. Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The absolute path of a path or file URL. */
export function absolutePath(path: string | URL): string {
  return typeof path === 'string' ? resolve(path) : fileURLToPath(path)
}

/**
 * The state of a file, without opening it.
 *
 * @throws Error if it does not exist, is not a file, or may not be read.
 */
export function look(path: string): Promise<FileStat> {
  return new Promise((resolve, reject) => {
    stat(path, (error, stats) => {
      if (error) reject(unreadable(path, error))
      else if (stats.isFile()) {
        access(path, constants.R_OK, (denied) => {
          if (denied) reject(unreadable(path, denied))
          else resolve(stats)
        })
      } else reject(noFile(path))
    })
  })
}

/** For files without a length: the number of bytes read at a time, and the maximum in all. */
const HIDDEN_PART = 65_536
const MOST_HIDDEN = 16 * 1024 * 1024

/** An open file, with a position in the pieces to read. */
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

  /** @throws Error if the file does not exist, or cannot be read. */
  static open(path: string): Promise<DiskFile> {
    return new Promise((resolve, reject) => {
      open(path, FLAGS, (error, descriptor) => {
        if (error) reject(unreadable(path, error))
        else resolve(new DiskFile(path, descriptor))
      })
    })
  }

  /**
   * The state of the open file, even if its path now leads to another file.
   *
   * @throws Error if it is not a file.
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

  /** Begins a body of these pieces. */
  begin(pieces: readonly Piece[]): void {
    this.#pieces = pieces
    this.#index = 0
    this.#offset = 0
  }

  /**
   * The next bytes of the body, exactly `size` of them.
   *
   * @throws Error if the file has become shorter.
   */
  async next(size: number): Promise<Uint8Array> {
    // No zeroing is needed: every byte is written before it is read. The memory is not from a shared pool.
    const bytes = Buffer.allocUnsafeSlow(size)
    for (let filled = 0; filled < size; ) filled += await this.#fill(bytes, filled)
    return bytes
  }

  /**
   * The content of a generated file, whose reported size is wrong.
   *
   * @throws Error if it has more than 16 MiB.
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

  /** Copies as many bytes of the current piece as fit. */
  async #fill(bytes: Uint8Array, filled: number): Promise<number> {
    const piece = this.#pieces[this.#index]
    if (piece === undefined)
      throw new RangeError('DiskFile: more bytes were requested than the pieces have')
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

  /** Closes the file; returns the same promise each time. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => close(this.descriptor, () => resolve()))
    return this.#closing
  }
}

/** The state of a file, with its content if the size is not known without it. */
interface Content {
  readonly stat: TaggedStat
  readonly hidden: Uint8Array | undefined
}

/** The largest reported size of a file without blocks that is read to find its real size. */
const MOST_GENERATED = 65_536

/**
 * Whether the file must be read to find its size. Generated files report 0, as in procfs, or one page, as in
 * sysfs, and use no blocks.
 */
export function isGenerated(stat: FileStat): boolean {
  if (stat.size === 0) return true
  return 'blocks' in stat && stat.blocks === 0 && stat.size <= MOST_GENERATED
}

/** Reads a generated file. Its times do not show changes. */
export async function contentOf(file: DiskFile): Promise<Content> {
  const stat = await file.stat()
  if (!isGenerated(stat)) return { stat, hidden: undefined }
  const hidden = await file.hidden()
  if (hidden.byteLength === stat.size) return { stat, hidden: undefined }
  const etag = contentTag(sha256(hidden))
  return { stat: { size: hidden.byteLength, mtimeMs: stat.mtimeMs, etag }, hidden }
}

/** The same answer, with the bytes of its ranges. */
export function withContent(answer: FileAnswer, content: Uint8Array): FileAnswer {
  const pieces = answer.pieces.map((piece) =>
    piece instanceof Uint8Array ? piece : content.subarray(piece.start, piece.end),
  )
  return { ...answer, pieces }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): Error {
  const what = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`
  return new Error(
    `FileResponse: the file ${what}, ${JSON.stringify(path)} was given. Check the path first, and respond with 404 if it comes from a client.`,
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
