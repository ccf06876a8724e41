/** The interface of sources of files: one method. */
import { check } from '../internal/checks.ts'

/** The bytes of a file, at once or as a stream. */
export type FileBytes = Uint8Array | AsyncIterable<Uint8Array>

/** One state of a file. Nothing stays open between reads. */
export interface SourceFile {
  /** In bytes. */
  readonly size: number
  /** A strong entity tag with its quotes. Each content of this name must have a different tag (unset). */
  readonly etag?: string | undefined
  /** The time of the last change, in milliseconds since 1970 (unset). */
  readonly mtimeMs?: number | undefined
  /**
   * Returns the bytes of this state from `start` to before `end`. If the client disconnects, the `return()`
   * of the stream's iterator is called.
   *
   * @throws Error if the file has changed since it was opened. Nothing has been sent at that time.
   */
  read(start: number, end: number): FileBytes | Promise<FileBytes>
}

/** A source of files: memory, an archive, an object store. */
export interface FileSource {
  /**
   * Returns the file of this name, such as `css/app.css`; undefined if it is missing.
   *
   * Names are checked before the call: no segment is empty, `.` or `..`, or begins with a dot, unless
   * `dotfiles` allows it.
   */
  open(name: string): SourceFile | undefined | Promise<SourceFile | undefined>
}

/** @throws TypeError if the value is not a source. */
export function assertSource(where: string, source: unknown): asserts source is FileSource {
  const isSource = typeof (source as FileSource | undefined)?.open === 'function'
  check(where, isSource, 'the source must have a method open', source, 'Pass memoryFiles()')
}

/**
 * Yields a part of a stream.
 *
 * @throws Error if the stream ends before `end`.
 */
export async function* slice(
  stream: AsyncIterable<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = 0
  for await (const chunk of stream) {
    const next = position + chunk.byteLength
    const part = chunk.subarray(Math.max(start - position, 0), Math.max(end - position, 0))
    if (part.byteLength > 0) yield part
    position = next
    if (position >= end) return
  }
  if (position < end) throw tooShort(position, end)
}

/** Returns the error for a file whose content is shorter than its size. */
export function tooShort(size: number, end: number): Error {
  return new Error(
    `SourceFiles: a file ended after ${size} bytes, and ${end} were expected. Check that the source gives the size of the content.`,
  )
}
