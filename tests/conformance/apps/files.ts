/** Routes of `main` that answer with files. */
import { join } from 'node:path'
import { FileResponse, type FileResponseOptions } from '../../../lib/responses.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import { writeFiles } from '../fixtures.ts'

const folder = writeFiles({
  'digits.txt': '0123456789'.repeat(10),
  'empty.txt': '',
  'data.unknownext': 'unknown bytes \x00\x01\x02',
  noext: 'no extension',
  'big.bin': Uint8Array.from({ length: 200_000 }, (_, i) => 7 * i + Math.floor(i / 256)),
})

/** A handler that always answers with this file. */
export function file(name: string, options?: FileResponseOptions): () => FileResponse {
  return () => new FileResponse(join(folder, name), options)
}

/** The file that most routes send. */
export function digits(options?: FileResponseOptions): () => FileResponse {
  return file('digits.txt', options)
}

export const files: readonly Routable[] = [
  Route('/file/digits', digits(), { methods: ['GET', 'POST'] }),
  Route('/file/named', digits({ filename: 'digits.txt' })),
  Route('/file/space', digits({ filename: 'my file.txt' })),
  Route('/file/unicode', digits({ filename: '你好.txt' })),
  Route('/file/quote', digits({ filename: 'a"b;c.txt' })),
  Route('/file/slash', digits({ filename: 'a/b.txt' })),
  Route('/file/inline', digits({ filename: 'digits.txt', contentDisposition: 'inline' })),
  Route('/file/png-name', digits({ filename: 'x.png' })),
  Route('/file/media', digits({ filename: 'x.png', mediaType: 'image/jpeg' })),
  Route('/file/etag', digits({ headers: { ETag: '"custom"', 'Cache-Control': 'max-age=60' } })),
  Route(
    '/file/disposition',
    digits({ filename: 'x.txt', headers: { 'Content-Disposition': 'inline' } }),
  ),
  Route('/file/status404', digits({ status: 404 })),
  Route('/file/unknown', file('data.unknownext')),
  Route('/file/noext', file('noext')),
  Route('/file/big', file('big.bin')),
  Route('/file/empty', file('empty.txt')),
  Route('/file/missing', file('missing.txt')),
  Route('/file/dir', file('.')),
]
