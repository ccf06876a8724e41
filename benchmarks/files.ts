// Which files do the contenders serve, and what must be in them?

import { existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a contender serves at `/static/`, by its own folder or by its parent. */
export const publicFolder: string = fileURLToPath(new URL('./public/', import.meta.url))
export const staticFolder: string = join(publicFolder, 'static')

/** Where uploads are saved: beside the files, so that no disk but one is measured. */
export const uploadFolder: string = join(publicFolder, 'uploads')

export const smallFile: { path: string; size: number } = {
  path: '/static/10k.txt',
  size: 10 * 1024,
}
export const largeFile: { path: string; size: number } = {
  path: '/static/1m.txt',
  size: 1024 * 1024,
}
/** As many bytes of text; its lines differ, so that a part in a wrong place is found out. */
export function textOf(size: number): string {
  const lines = Array.from({ length: Math.ceil(size / 16) }, (_, index) => {
    return `line ${String(index).padStart(10)}\n`
  })
  return lines.join('').slice(0, size)
}

/** Written once: a file that is there keeps its time, and with it its ETag. */
export function makeFiles(): void {
  mkdirSync(staticFolder, { recursive: true })
  mkdirSync(uploadFolder, { recursive: true })
  for (const { path, size } of [smallFile, largeFile]) {
    const file = join(publicFolder, path)
    if (sizeOf(file) !== size) writeFileSync(file, textOf(size))
  }
}

/** A file without a text, which takes no space, and its path. */
export function makeHole(mebibytes: number): string {
  makeFiles()
  const path = `/static/hole${mebibytes}.bin`
  const file = join(publicFolder, path)
  writeFileSync(file, '')
  truncateSync(file, mebibytes * 1024 * 1024)
  return path
}

function sizeOf(file: string): number | undefined {
  return existsSync(file) ? statSync(file).size : undefined
}
