/** Sends a file as a body: the extension `http.response.pathsend`. */
import { type FileHandle, open } from 'node:fs/promises'
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
    const stats = await file.stat()
    if (!stats.isFile()) {
      throw new ProtocolError(
        `http.response.pathsend: only a file can be sent, ${JSON.stringify(path)} is none. Look at it first.`,
      )
    }
    const { size } = stats
    if (announced !== undefined && announced !== size) {
      throw new ProtocolError(
        `http.response.pathsend: content-length is ${announced}, but the file has ${size} bytes. Leave the header out.`,
      )
    }
    if (response.destroyed || response.headersSent) throw new ClientDisconnected()
    start(size)
    if (withBody && size > 0) await copy(file, size, response)
    response.end()
  } catch (error) {
    if (response.destroyed) throw new ClientDisconnected(undefined, { cause: error })
    throw error
  } finally {
    await file.close()
  }
}

/** No more than was announced, and no clean end when the file has become shorter. */
async function copy(file: FileHandle, size: number, response: ServerResponse): Promise<void> {
  const source = file.createReadStream({ start: 0, end: size - 1, autoClose: false })
  await pipeline(source, response, { end: false })
  if (source.bytesRead !== size) {
    throw new Error(
      `http.response.pathsend: the file had ${size} bytes, but only ${source.bytesRead} could be read. Do not change files while they are sent.`,
    )
  }
}
