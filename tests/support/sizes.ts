// The size of each subpath in one file, minified, without the packages it needs.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

export interface EntrySize {
  readonly subpath: string
  readonly files: number
  readonly bytes: number
  readonly gzip: number
}

/** The sizes of all that a folder with a package.json exports, in its order. */
export async function entrySizes(folder: string): Promise<EntrySize[]> {
  const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, string>>
  }
  const entries = Object.entries(exports).filter(([subpath]) => !subpath.endsWith('.json'))
  return Promise.all(entries.map(([subpath, file]) => sizeOf(subpath, path.join(folder, file))))
}

async function sizeOf(subpath: string, file: string): Promise<EntrySize> {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    external: ['node:*'],
    logLevel: 'silent',
  })
  const [{ contents } = { contents: new Uint8Array(0) }] = outputFiles
  const files = Object.keys(metafile.inputs).length
  return { subpath, files, bytes: contents.byteLength, gzip: gzipSync(contents).byteLength }
}

/** The table, the largest first. */
export function sizeTable(sizes: readonly EntrySize[]): string {
  const rows = [...sizes].sort((one, two) => two.bytes - one.bytes)
  const lines = rows.map(({ subpath, files, bytes, gzip }) =>
    [
      `stellula${subpath.slice(1)}`.padEnd(36),
      String(files).padStart(5),
      kilobytes(bytes),
      kilobytes(gzip),
    ].join(' '),
  )
  return [`${'subpath'.padEnd(36)} files   minified    gzip`, ...lines].join('\n')
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(9)
}
