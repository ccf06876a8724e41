/** The version of this package. */
import { readFileSync } from 'node:fs'

/**
 * Returns the version of this package. The compiled file is one folder below the top of the package, or two
 * in the tests.
 */
export function ownVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'))
      if (name === 'stellula' && version !== undefined) return version
    } catch {
      // There is no such file, so it is the other one.
    }
  }
  return 'unknown'
}
