/** Sends a file as a body: the extension `http.response.pathsend`. */
import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'

/** What a file's body goes to. */
export interface Destination {
  /** Whether the client has gone, or another response is under way. */
  isTaken(): boolean
  /** Called once, before the first bytes. */
  start(length: number): void
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>
}

/** As much as is read at once: a quarter costs half as much again (measured with 1 MB). */
const CHUNK = 262_144

/** Does not wait for a writer where the path is a pipe; Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Opens the file before the head is written, so that a missing one can still be answered otherwise.
 *
 * @throws ProtocolError if the path is not of a file, or the length is not the file's.
 * @throws ClientDisconnected if the client goes meanwhile; the file is closed in any case.
 */
export async function sendFile(
  path: string,
  announced: number | undefined,
  withBody: boolean,
  destination: Destination,
): Promise<void> {
  const file = await open(path, FLAGS)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) {
      throw new ProtocolError(
        `http.response.pathsend: only a file can be sent, ${JSON.stringify(path)} was sent. Look at it first.`,
      )
    }
    const { size } = stats
    if (announced !== undefined && announced !== size) {
      throw new ProtocolError(
        `http.response.pathsend: content-length is ${announced}, but the file has ${size} bytes. Leave the header out.`,
      )
    }
    if (destination.isTaken()) throw new ClientDisconnected()
    destination.start(size)
    if (withBody) await copy(file, size, destination)
  } finally {
    await file.close()
  }
}

/** No more than was announced, and no clean end when the file has become shorter. */
async function copy(file: FileHandle, size: number, { write }: Destination): Promise<void> {
  for (let position = 0; position < size; ) {
    // A new one each time: the last one may still wait for the connection.
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, size - position))
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, position)
    if (bytesRead === 0) {
      throw new Error(
        `http.response.pathsend: the file had ${size} bytes, but only ${position} could be read. Do not change files while they are sent.`,
      )
    }
    position += bytesRead
    await write(bytesRead === buffer.byteLength ? buffer : buffer.subarray(0, bytesRead))
  }
}
