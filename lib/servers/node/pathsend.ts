/** Sends a file as a body: the extension `http.response.pathsend`. */
import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'

/** The response that a file is written to. */
interface Destination {
  /** Whether the client has disconnected, or another response has begun. */
  isTaken(): boolean
  /** Called once, before the first bytes. */
  start(length: number): void
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>
}

/** The number of bytes that are read at once. With a quarter of it, a file of 1 MB takes half as much time again. */
const CHUNK = 262_144

/** With O_NONBLOCK, `open` does not wait for a writer if the path is a pipe. Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Sends a file. It is opened before the head is written: if it is missing, another response can still be sent.
 * The file is closed in any case.
 *
 * @throws ProtocolError if the path is not the path of a file, or the announced length is not the file's size.
 * @throws ClientDisconnected if the client disconnects before the head is written.
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

/** Copies at most the announced number of bytes. It throws if the file has become shorter. */
async function copy(file: FileHandle, size: number, { write }: Destination): Promise<void> {
  for (let position = 0; position < size; ) {
    // Each read needs a new buffer: the previous one may still wait to be sent.
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
