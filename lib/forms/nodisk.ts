/**
 * Replaces the file system in bundles for the edge and browsers (the conditions `workerd`, `edge-light`,
 * `worker` and `browser`): without one, the files of a form stay in memory.
 */
import type * as disk from './disk.ts'

export const makeSpool: typeof disk.makeSpool = undefined

/** @throws Error always. */
export const save: typeof disk.save = async () => {
  throw new Error(
    'upload.saveTo: this runtime has no file system, a path was given. Pass upload.stream() to a store of the runtime.',
  )
}
