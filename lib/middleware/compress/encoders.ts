/** The compressors of Node: whole bodies in its thread pool, streams chunk by chunk. */
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { ClientDisconnected } from '../../exceptions.ts'
import type { Coding } from '../../http/codings.ts'
import { joinBytes } from '../../internal/bytes.ts'

interface Codec {
  readonly level: number
  readonly stream: (level: number) => Transform
  readonly whole: (bytes: Uint8Array, level: number, done: Done) => void
}

type Done = (error: Error | null, result: Uint8Array) => void

const { constants } = zlib

/**
 * The window of a Brotli stream, as a power of two: 256 KiB while the stream is open. The default of
 * 4 MiB would let a thousand open event streams use gigabytes.
 */
const STREAM_WINDOW = 18

const GZIP: Codec = {
  level: 6,
  stream: (level) => zlib.createGzip({ level, flush: constants.Z_SYNC_FLUSH }),
  whole: (bytes, level, done) => zlib.gzip(bytes, { level }, done),
}

const BROTLI: Codec = {
  level: 4,
  stream: (level) =>
    zlib.createBrotliCompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: level,
        [constants.BROTLI_PARAM_LGWIN]: STREAM_WINDOW,
      },
    }),
  whole: (bytes, level, done) =>
    zlib.brotliCompress(
      bytes,
      {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: level,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
        },
      },
      done,
    ),
}

/** Part of Node from 22.15 and 23.8 on; the types of Node 20 lack it. */
interface Zstd {
  readonly createZstdCompress?: (options: zlib.BrotliOptions) => Transform
  readonly zstdCompress?: (bytes: Uint8Array, options: zlib.BrotliOptions, done: Done) => void
  readonly constants: { readonly ZSTD_e_flush?: number; readonly ZSTD_c_compressionLevel?: number }
}

/** Returns undefined if Node lacks Zstandard. */
export function zstdCodec({
  createZstdCompress,
  zstdCompress,
  constants,
}: Zstd): Codec | undefined {
  const { ZSTD_c_compressionLevel: name, ZSTD_e_flush: flush } = constants
  if (!createZstdCompress || !zstdCompress || name === undefined || flush === undefined) {
    return undefined
  }
  return {
    level: 3,
    stream: (level) => createZstdCompress({ flush, params: { [name]: level } }),
    whole: (bytes, level, done) => zstdCompress(bytes, { params: { [name]: level } }, done),
  }
}

// The types of Node 20 have nothing in common with those of later versions.
const ZSTD = zstdCodec(zlib as object as Zstd)

const CODECS: Readonly<Partial<Record<Coding, Codec>>> = {
  br: BROTLI,
  ...(ZSTD === undefined ? {} : { zstd: ZSTD }),
  gzip: GZIP,
}

/** The codings that this Node supports, in order of preference. */
export const AVAILABLE: readonly Coding[] = (['br', 'zstd', 'gzip'] as const).filter(
  (coding) => CODECS[coding] !== undefined,
)

/** The lowest and highest level of each coding, in any version of Node. */
export const LEVELS: Readonly<Record<Coding, readonly [least: number, most: number]>> = {
  br: [0, 11],
  zstd: [1, 22],
  gzip: [0, 9],
}

/** A coding and its level. */
export interface Encoding {
  readonly coding: Coding
  /** The compression level (the default of the coding). */
  readonly level?: number | undefined
}

function codecOf({ coding, level }: Encoding): { readonly codec: Codec; readonly level: number } {
  // Unsupported codings were rejected when the middleware was made.
  const codec = CODECS[coding] ?? GZIP
  return { codec, level: level ?? codec.level }
}

/** Compresses a whole body, outside the event loop. */
export function compressWhole(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  const { codec, level } = codecOf(encoding)
  return new Promise((resolve, reject) => {
    codec.whole(bytes, level, (error, result) => {
      if (error) reject(error)
      else resolve(result)
    })
  })
}

/** Compresses a stream; each part can be decoded as soon as it arrives. */
export class Encoder {
  readonly #stream: Transform
  readonly #parts: Uint8Array[] = []
  #fail: (error: unknown) => void = () => {}

  constructor(encoding: Encoding) {
    const { codec, level } = codecOf(encoding)
    this.#stream = codec.stream(level)
    this.#stream.on('data', (part: Uint8Array) => this.#parts.push(part))
    this.#stream.on('error', (error) => this.#fail(error))
  }

  /** Compresses a chunk; rejects with ClientDisconnected after destroy(). */
  write(chunk: Uint8Array): Promise<Uint8Array> {
    return this.#run((done) => this.#stream.write(chunk, done))
  }

  /** Compresses the last chunk and ends the stream. */
  end(chunk: Uint8Array): Promise<Uint8Array> {
    return this.#run((done) => this.#stream.once('end', done).end(chunk))
  }

  #run(start: (done: () => void) => void): Promise<Uint8Array> {
    if (this.#stream.destroyed) return Promise.reject(new ClientDisconnected())
    return new Promise((resolve, reject) => {
      this.#fail = reject
      start(() => {
        // Buffered output arrives by 'data' too.
        while (this.#stream.read() !== null);
        resolve(joinBytes(this.#parts.splice(0)))
      })
    })
  }

  /** Frees the memory; pending writes reject with ClientDisconnected. */
  destroy(): void {
    this.#fail(new ClientDisconnected())
    this.#stream.destroy()
  }
}
