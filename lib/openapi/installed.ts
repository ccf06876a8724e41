/** Packages in the file system: where they are installed, for the project that uses this package. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A package as it is installed. */
export interface Installed {
  readonly folder: string
}

/** Whether there is a file system. Without one, `installed` finds nothing. */
export const hasFiles: boolean = true

/**
 * Finds a package in a folder `node_modules`: from this package upwards, then from the working directory
 * and from the program. By its folder, since packages may not export the files that a browser needs.
 *
 * @example
 * installed('zod')?.folder // '/srv/users/node_modules/zod'
 */
export function installed(
  name: string,
  from: readonly string[] = projects(),
): Installed | undefined {
  for (const folder of from.flatMap(foldersAbove)) {
    const candidate = path.join(folder, 'node_modules', ...name.split('/'))
    if (existsSync(path.join(candidate, 'package.json'))) return { folder: candidate }
  }
  return undefined
}

/** The path of a file of a package. */
export function fileOf({ folder }: Installed, name: string): string {
  return path.join(folder, ...name.split('/'))
}

function projects(): string[] {
  const [, program] = process.argv
  const own = path.dirname(fileURLToPath(import.meta.url))
  return [own, process.cwd(), ...(program === undefined ? [] : [path.dirname(program)])]
}

function foldersAbove(folder: string): string[] {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)]
}
