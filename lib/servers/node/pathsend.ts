/** Sends a file as a body: the extension `http.response.pathsend`. */
import { open } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'

/**
 * Opens the file before the head is written, so that a missing one can still be answered otherwise.
 *
 * @throws ProtocolError for a path that is not absolute, or a length that is not the file's.
 * @throws ClientDisconnected when the client goes meanwhile; the file is closed in any case.
 */
export async function sendFile(
  path: string,
  response: ServerResponse,
  announced: number | undefined,
  withBody: boolean,
  start: (length: number) => void,
): Promise<void> {
  if (!/^(?:\/|[A-Za-z]:[\\/])/.test(path)) {
    throw new ProtocolError(
      `http.response.pathsend: the path must be absolute, ${JSON.stringify(path)} was sent. Resolve it first.`,
    )
  }
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (announced !== undefined && announced !== size) {
      throw new ProtocolError(
        `http.response.pathsend: content-length is ${announced}, but the file has ${size} bytes. Leave the header out.`,
      )
    }
    if (response.destroyed) throw new ClientDisconnected()
    start(size)
    if (withBody)
      await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), response)
    else response.end()
  } catch (error) {
    if (response.destroyed) throw new ClientDisconnected(undefined, { cause: error })
    throw error
  } finally {
    await file.close()
  }
}
