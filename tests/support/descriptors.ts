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
  if (!existsSync(FOLDER)) return 0
  return readdirSync(FOLDER).filter((descriptor) => target(descriptor).startsWith(folder)).length
}

function target(descriptor: string): string {
  try {
    return readlinkSync(`${FOLDER}/${descriptor}`)
  } catch {
    return '' // the one by which the folder itself was read
  }
import { readdirSync, readlinkSync } from 'node:fs'
import { platform } from 'node:os'
/** The open files in a folder, in the order of their descriptors; none where nobody can tell. */
export function openFiles(folder: string): string[] {
  if (platform() !== 'linux') return []
  const links = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      return '' // the folder itself, closed again
    }
  })
  return links.filter((link) => link.startsWith(folder))
}
