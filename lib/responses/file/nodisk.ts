/**
 * Replaces sending files in bundles for the edge and browsers (the conditions `workerd`, `edge-light`,
 * `worker` and `browser`): these have no file system.
 */
import type * as sendfile from './sendfile.ts'

/** Always rejects with an Error. */
export const sendFile: typeof sendfile.sendFile = async ({ path }) => {
  throw new Error(
    `FileResponse: this runtime has no file system, ${JSON.stringify(String(path))} was given. Send a response of the runtime's store: fetchResponse(await assets.fetch(url)).`,
  )
}
