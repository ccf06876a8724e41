/** Saves the response of an upstream that closes its connection while the request is being written. */
import { Socket } from 'node:net'

/** How long a failed write waits for received data, in ms; the end usually arrives at once. */
const READ_MS = 1_000

const PATIENT: unique symbol = Symbol('patient')

interface PatientSocket extends Socket {
  [PATIENT]?: true
}

type Callback = (error?: Error | null) => void
type Write = (this: Socket, chunk: unknown, encoding: unknown, callback: Callback) => void
type WriteMany = (this: Socket, chunks: unknown, callback: Callback) => void

/**
 * Makes a failed write wait until the connection was read to its end.
 *
 * An upstream that rejects a body, for example with 413, answers and closes (RFC 9112 section 9.6). Later
 * writes fail, and Node would destroy the connection, and with it the response.
 */
export function readAfterWrites(socket: PatientSocket): void {
  if (socket[PATIENT]) return
  Object.assign(socket, { [PATIENT]: true, _write: write, _writev: writeMany })
}

// The methods that implement a stream; Node's types omit them.
const plain = Socket.prototype as unknown as { _write: Write; _writev: WriteMany }

function write(this: Socket, chunk: unknown, encoding: unknown, callback: Callback): void {
  plain._write.call(this, chunk, encoding, failAfterReading(this, callback))
}

function writeMany(this: Socket, chunks: unknown, callback: Callback): void {
  plain._writev.call(this, chunks, failAfterReading(this, callback))
}

function failAfterReading(socket: Socket, callback: Callback): Callback {
  return (error) => {
    if (!isReset(error) || socket.readableEnded || socket.destroyed) callback(error)
    else afterReading(socket, () => callback(error))
  }
}

function afterReading(socket: Socket, settle: () => void): void {
  const done = (): void => {
    clearTimeout(timer)
    socket.off('end', done)
    socket.off('close', done)
    settle()
  }
  const timer = setTimeout(done, READ_MS)
  socket.on('end', done)
  socket.on('close', done)
}

function isReset(error: Error | null | undefined): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'EPIPE' || code === 'ECONNRESET'
}
