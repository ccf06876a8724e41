// What this process has open, where the system tells.
import { existsSync, readdirSync } from 'node:fs'

const FOLDER = '/proc/self/fd'

/** How many descriptors are open; 0 on systems that do not tell, where nothing is shown by it. */
export function descriptors(): number {
  return existsSync(FOLDER) ? readdirSync(FOLDER).length : 0
}

/** How many more there are, if the system tells, when there are `count` more. */
export function more(count: number): number {
  return existsSync(FOLDER) ? count : 0
}
