// Zstandard, which Node has from 22.15 and 23.8 on, and the types of Node 20 do not know.
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

interface Zstd {
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Buffer
  readonly createZstdDecompress?: () => Transform
}

const zstd = zlib as Zstd

export const zstdDecompressSync: Zstd['zstdDecompressSync'] = zstd.zstdDecompressSync
export const createZstdDecompress: Zstd['createZstdDecompress'] = zstd.createZstdDecompress

/** For tests that need it: nothing, or why they are left out. */
export const NO_ZSTD: string | false =
  zstdDecompressSync === undefined && `Node ${process.versions.node} has no Zstandard`
