/** The files of a zip archive, read by zip.js. */
import { check } from '../internal/checks.ts'
import { type FileBytes, type FileSource, type SourceFile, slice } from './source.ts'

/** The part of a `ZipReader` of `@zip.js/zip.js` that is used. */
export interface ZipArchive {
  getEntries(): Promise<readonly ZipEntry[]>
}

/** The part of its entries that is used. */
export interface ZipEntry {
  readonly filename: string
  readonly encrypted: boolean
  readonly uncompressedSize: number
  /** The CRC-32 of the content; missing for directories. */
  readonly signature?: number
  readonly lastModDate: Date
  /** Missing for directories. */
  getData?(
    writer: WritableStream<Uint8Array>,
    options: { readonly signal: AbortSignal },
  ): Promise<unknown>
}

/**
 * Returns the files of a zip archive, for `SourceFiles`. Encrypted files count as missing.
 *
 * The list of files is read at the first request. Each file is read as a stream when it is requested. To
 * send a range, the bytes before it must be decompressed, unless the file is small enough to be cached.
 *
 * @param archive A `ZipReader` of `@zip.js/zip.js`; the application closes it.
 * @throws TypeError if the archive has no `getEntries`.
 * @example
 * import { Uint8ArrayReader, ZipReader } from '@zip.js/zip.js'
 * import { readFile } from 'node:fs/promises'
 *
 * const serveSite = async (path: string) =>
 *   SourceFiles(zipFiles(new ZipReader(new Uint8ArrayReader(await readFile(path)))), { html: true })
 */
export function zipFiles(archive: ZipArchive): FileSource {
  const isArchive = typeof archive?.getEntries === 'function'
  const fix = 'Pass new ZipReader(reader) of @zip.js/zip.js'
  check('zipFiles', isArchive, 'the archive must be a ZipReader', archive, fix)
  let listing: Promise<ReadonlyMap<string, SourceFile>> | undefined
  const list = async (): Promise<ReadonlyMap<string, SourceFile>> => {
    try {
      return listEntries(await archive.getEntries())
    } catch (error) {
      listing = undefined
      throw error
    }
  }
  return {
    async open(name) {
      listing ??= list()
      return (await listing).get(name)
    },
  }
}

function listEntries(entries: readonly ZipEntry[]): ReadonlyMap<string, SourceFile> {
  const files = new Map<string, SourceFile>()
  for (const entry of entries) {
    const { getData, signature } = entry
    if (getData === undefined || signature === undefined || entry.encrypted) continue
    files.set(entry.filename, fileOf(entry, signature, getData.bind(entry)))
  }
  return files
}

/** The tag is made from size and CRC, because many tools give all files of an archive the same time. */
function fileOf(
  { uncompressedSize: size, lastModDate }: ZipEntry,
  signature: number,
  getData: GetData,
): SourceFile {
  return {
    size,
    etag: `"${size.toString(16)}-${signature.toString(16)}"`,
    mtimeMs: lastModDate.getTime(),
    read: (start, end) => slice(contentOf(getData), start, end),
  }
}

type GetData = NonNullable<ZipEntry['getData']>

async function* contentOf(getData: GetData): AsyncGenerator<Uint8Array, void, undefined> {
  let fail = (_error: unknown): void => {}
  const start = (controller: TransformStreamDefaultController): void => {
    fail = (error) => controller.error(error)
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({ start })
  const leaving = new AbortController()
  // A failure before the first byte does not always end the stream by itself.
  getData(writable, { signal: leaving.signal }).catch(fail)
  try {
    yield* readable as FileBytes & AsyncIterable<Uint8Array>
  } finally {
    leaving.abort()
  }
}
