/** Finds variables: first in the environment, then in files. */

import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { copyOf, environ } from './environ.ts'
import { variablesIn } from './files.ts'

/** Values by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The sources of variables for `Config` and `environment()`. */
export interface ConfigOptions {
  /**
   * `.env` files for variables that the environment does not have (none). If several files have a variable,
   * the first one is used. They are read once, when the `Config` is created. A missing file causes a warning.
   */
  files?: string | URL | readonly (string | URL)[]
  /** Text before each name: with `SHOP_`, `get('PORT')` reads `SHOP_PORT` (''). */
  prefix?: string
  /** The environment (`environ`, which is `process.env`); Workers pass their bindings. */
  values?: Variables
}

/** Finds variables by their names without the prefix. */
export interface Source {
  /** The name in the environment. */
  nameOf(name: string): string
  find(name: string): string | undefined
  /** All variables with the prefix, by their names without it. This does not mark them as read. */
  all(): Record<string, string | undefined>
}

/** @throws TypeError if an option is invalid. */
export function sourceOf(where: string, options: ConfigOptions): Source {
  knownOptions(where, options, 'files prefix values')
  const { prefix = '', values = environ } = options
  check(where, typeof prefix === 'string', 'prefix must be text', prefix, "Write prefix: 'SHOP_'")
  check(where, isObject(values), 'values must be an object', values, 'Pass process.env')
  const files = filesOf(where, options.files).map(variablesIn)
  return {
    nameOf: (name) => prefix + name,
    find(name) {
      const full = prefix + name
      const value = values[full]
      if (typeof value === 'string' && Object.hasOwn(values, full)) return value
      return files.find((file) => Object.hasOwn(file, full))?.[full]
    },
    all() {
      const merged = Object.assign({}, ...[copyOf(values), ...files].reverse())
      const names = Object.keys(merged).filter((name) => name.startsWith(prefix))
      return Object.fromEntries(names.map((name) => [name.slice(prefix.length), merged[name]]))
    },
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function filesOf(where: string, files: ConfigOptions['files'] = []): readonly (string | URL)[] {
  const list: readonly unknown[] = Array.isArray(files) ? files : [files]
  const areFiles = list.every((file) => typeof file === 'string' || file instanceof URL)
  check(where, areFiles, 'files must be paths', files, "Write files: '.env'")
  return list as readonly (string | URL)[] // checked above
}
