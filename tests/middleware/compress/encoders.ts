import { PassThrough } from 'node:stream'
import { brotliDecompressSync, createBrotliDecompress, createGunzip, gunzipSync } from 'node:zlib'
import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import {
  AVAILABLE,
  compressWhole,
  Encoder,
  LEVELS,
  zstdCodec,
} from '../../../lib/middleware/compress/encoders.ts'
import { createZstdDecompress, NO_ZSTD, zstdDecompressSync } from '../../support/zstd.ts'

const HELLO = Buffer.from('hello '.repeat(100))
const NONE = new Uint8Array(0)

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync }

function decode(coding: keyof typeof DECODERS, bytes: Uint8Array): Buffer {
  const decoder = DECODERS[coding]
  if (decoder === undefined) throw new Error(`there is no ${coding}`)
  return decoder(bytes)
}

t.test('offers the codings of this version of Node', async (t) => {
  t.same(AVAILABLE, zstdDecompressSync ? ['br', 'zstd', 'gzip'] : ['br', 'gzip'])
  t.equal(zstdCodec({ constants: {} }), undefined)
})

t.test('passes level and flush to Zstandard if it is supported', async (t) => {
  const seen: unknown[] = []
  const codec = zstdCodec({
    constants: { ZSTD_c_compressionLevel: 100, ZSTD_e_flush: 1 },
    createZstdCompress: (options) => {
      seen.push(options)
      return new PassThrough()
    },
    zstdCompress: (bytes, options, done) => {
      seen.push(options)
      done(null, bytes)
    },
  })
  codec?.stream(5)
  codec?.whole(HELLO, 6, () => {})

  t.same(seen, [{ flush: 1, params: { 100: 5 } }, { params: { 100: 6 } }])
})

for (const coding of AVAILABLE) {
  t.test(`${coding} compresses whole bodies`, async (t) => {
    for (const level of [undefined, ...LEVELS[coding]]) {
      t.same(decode(coding, await compressWhole(HELLO, { coding, level })), HELLO)
    }
  })

  t.test(`${coding} compresses parts of any size`, async (t) => {
    const encoder = new Encoder({ coding })
    const large = Buffer.alloc(1_000_000, 'abcdefg')
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) >> 3))
    const parts: Uint8Array[] = []
    for (const part of [HELLO, NONE, large, noise, HELLO]) parts.push(await encoder.write(part))
    parts.push(await encoder.end(NONE))
    encoder.destroy()

    t.ok(decode(coding, Buffer.concat(parts)).equals(Buffer.concat([HELLO, large, noise, HELLO])))
  })

  t.test(`${coding} rejects after it was destroyed`, async (t) => {
    const encoder = new Encoder({ coding })
    await encoder.write(HELLO)
    const pending = encoder.write(HELLO)
    encoder.destroy()

    await t.rejects(pending, ClientDisconnected)
    await t.rejects(encoder.write(HELLO), ClientDisconnected)
    await t.rejects(encoder.end(HELLO), ClientDisconnected)
  })
}

const STREAMS = { br: createBrotliDecompress, gzip: createGunzip, zstd: createZstdDecompress }

for (const coding of ['br', 'gzip', 'zstd'] as const) {
  const skip = coding === 'zstd' && NO_ZSTD
  t.test(`each part in ${coding} can be decoded before the next one`, { skip }, async (t) => {
    const encoder = new Encoder({ coding })
    let decoded = ''
    const decoder = STREAMS[coding]?.().on('data', (part) => {
      decoded += part
    })
    for (const text of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
      decoded = ''
      const part = await encoder.write(Buffer.from(text))
      await new Promise((resolve) => decoder?.write(part, resolve))
      t.equal(decoded, text)
    }
    encoder.destroy()
    decoder?.destroy()
  })
}
