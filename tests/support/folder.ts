/** A folder with files for all tests of a file, which may share its process with other files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Test } from 'tap'

/** Names with the text of a file, or with the content of a folder. */
export interface Content {
  readonly [name: string]: string | Content
}

/** Makes a temporary folder, which is removed when the test ends; gives its path. */
export function folderOf(t: Test, content: Content): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'stellula-tests-'))
  fill(folder, content)
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function fill(folder: string, content: Content): void {
  for (const [name, value] of Object.entries(content)) {
    const target = path.join(folder, name)
    if (typeof value === 'string') writeFileSync(target, value)
    else {
      mkdirSync(target)
      fill(target, value)
    }
  }
}
