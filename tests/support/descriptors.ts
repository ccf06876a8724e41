// What this process has open, where the system tells.
import { existsSync, readdirSync, readlinkSync } from 'node:fs'

const FOLDER = '/proc/self/fd'

/** How many descriptors are open; 0 on systems that do not tell, where nothing is shown by it. */
export function descriptors(): number {
  return existsSync(FOLDER) ? readdirSync(FOLDER).length : 0
}

/** How many more there are, if the system tells, when there are `count` more. */
export function more(count: number): number {
  return existsSync(FOLDER) ? count : 0
}

/** How many of them are of files in this folder, removed ones too. */
export function openIn(folder: string): number {
  return openFiles(folder).length
}

/** The open files in this folder, removed ones too. */
export function openFiles(folder: string): string[] {
  if (!existsSync(FOLDER)) return []
  return readdirSync(FOLDER)
    .map(target)
    .filter((file) => file.startsWith(folder))
}

function target(descriptor: string): string {
  try {
    return readlinkSync(`${FOLDER}/${descriptor}`)
  } catch {
    return '' // the one by which the folder itself was read
  }
}
