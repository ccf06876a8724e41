/** Finds installed packages of the project that uses this package. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** An installed package. */
export interface InstalledPackage {
  readonly folder: string
}

/** Whether there is a file system. Without one, `findPackage` finds nothing. */
export const hasFiles: boolean = true

/**
 * Finds a package in a folder `node_modules`: first in the folders above this package, then above the working
 * directory and the program. It does not resolve a module, because packages may not export the files that a
 * browser needs.
 *
 * @example
 * findPackage('zod')?.folder // '/srv/users/node_modules/zod'
 */
export function findPackage(
  name: string,
  from: readonly string[] = projectFolders(),
): InstalledPackage | undefined {
  for (const folder of from.flatMap(foldersAbove)) {
    const candidate = path.join(folder, 'node_modules', ...name.split('/'))
    if (existsSync(path.join(candidate, 'package.json'))) return { folder: candidate }
  }
  return undefined
}

/** The path of a file of a package. */
export function fileOf({ folder }: InstalledPackage, name: string): string {
  return path.join(folder, ...name.split('/'))
}

function projectFolders(): string[] {
  const [, program] = process.argv
  const own = path.dirname(fileURLToPath(import.meta.url))
  return [own, process.cwd(), ...(program === undefined ? [] : [path.dirname(program)])]
}

function foldersAbove(folder: string): string[] {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)]
}
