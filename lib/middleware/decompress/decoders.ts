/** The decompressors of Node. */
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

/** A content coding that requests may have, by its registered name. */
export type RequestCoding = 'gzip' | 'deflate' | 'br' | 'zstd'

/** Part of Node from 22.15 and 23.8 on; the types of Node 20 lack it. */
interface Zstd {
  readonly createZstdDecompress?: (options: zlib.BrotliOptions) => Transform
  readonly constants: { readonly ZSTD_d_windowLogMax?: number }
}

const CHUNK = { chunkSize: 65_536 }

/** The maximum window, as a power of two: the 8 MB of RFC 9659 instead of the default of 128 MB. */
const ZSTD_WINDOW = 23

/** Returns undefined if Node lacks Zstandard. */
function zstdDecoder({
  createZstdDecompress,
  constants: { ZSTD_d_windowLogMax: window },
}: Zstd): (() => Transform) | undefined {
  if (createZstdDecompress === undefined || window === undefined) return undefined
  return () => createZstdDecompress({ ...CHUNK, params: { [window]: ZSTD_WINDOW } })
}

// The types of Node 20 have nothing in common with those of later versions.
const ZSTD = zstdDecoder(zlib as object as Zstd)

const DECODERS: Readonly<Partial<Record<RequestCoding, () => Transform>>> = {
  gzip: () => zlib.createGunzip(CHUNK),
  deflate: () => zlib.createInflate(CHUNK),
  br: () => zlib.createBrotliDecompress(CHUNK),
  ...(ZSTD === undefined ? {} : { zstd: ZSTD }),
}

/** All codings, even if this Node lacks one. */
export const KNOWN: readonly RequestCoding[] = ['gzip', 'deflate', 'br', 'zstd']

/** The codings that this Node supports. */
export const AVAILABLE: readonly RequestCoding[] = KNOWN.filter((coding) => DECODERS[coding])

/** Returns a decompressor. Its coding must be available. */
export function decoderOf(coding: RequestCoding): Transform {
  const make = DECODERS[coding] ?? zlib.createGunzip
  return make()
}
