/**
 * Replaces finding packages in bundles for the edge and browsers (the conditions `workerd`, `edge-light`,
 * `worker` and `browser`): these have no file system.
 */
import type * as disk from './installed.ts'

export const hasFiles: boolean = false

/** Finds nothing. */
export const findPackage: typeof disk.findPackage = () => undefined

/** @throws Error always. */
export const fileOf: typeof disk.fileOf = (_package, name) => {
  throw new Error(
    `OpenAPI: this runtime has no file system, ${JSON.stringify(name)} was given. Pass the url of the package's files.`,
  )
}
