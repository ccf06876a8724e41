// Other runtimes, where they are installed: STELLULA_RUNTIMES names the folder, with `node_modules` in it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface Runtimes {
  readonly bun: string | undefined
  readonly deno: string | undefined
  readonly workerd: string | undefined
  /** Not a runtime, but what puts a worker into one file. */
  readonly esbuild: string | undefined
}

const PATHS: Record<keyof Runtimes, string> = {
  bun: '@oven/bun-linux-x64/bin/bun',
  deno: '@deno/linux-x64-glibc/deno',
  workerd: 'workerd/bin/workerd',
  esbuild: 'esbuild/lib/main.js',
}

/** Where each of them is; undefined for those that are not. */
export function runtimes(): Runtimes {
  const folder = process.env['STELLULA_RUNTIMES']
  const find = (name: keyof Runtimes): string | undefined => {
    const path = join(folder ?? '', 'node_modules', PATHS[name])
    return folder !== undefined && existsSync(path) ? path : undefined
  }
  return {
    bun: find('bun'),
    deno: find('deno'),
    workerd: find('workerd'),
    esbuild: find('esbuild'),
  }
}

/** Why a test does not run, or false if it does. */
export function missing(...names: (keyof Runtimes)[]): string | false {
  const found = runtimes()
  const absent = names.filter((name) => found[name] === undefined)
  return absent.length > 0 && `STELLULA_RUNTIMES does not lead to ${absent.join(', ')}`
}
