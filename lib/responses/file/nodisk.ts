/**
 * What stands in for files on the disk where bundles for the edge and browsers are made (the
 * conditions `workerd`, `edge-light`, `worker` and `browser`): there is no file system.
 */
import type * as sendfile from './sendfile.ts'

/** Rejects with an Error always. */
export const sendFile: typeof sendfile.sendFile = async ({ path }) => {
  throw new Error(
    `FileResponse: this runtime has no file system, ${JSON.stringify(String(path))} was given. Answer with what a store of the runtime gives: fetchResponse(await assets.fetch(url)).`,
  )
}
