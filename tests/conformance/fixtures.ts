/** The files that the reference apps serve, written to a folder that goes with the process. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Every file was last changed at 2013-10-10T21:40:00Z. */
const CHANGED = 1_381_441_200

/** Writes these files, by names that may have folders in them, and tells where the folder is. */
export function writeFiles(contents: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stellula-files-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(contents)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    utimesSync(path, CHANGED, CHANGED)
  }
  return folder
}
