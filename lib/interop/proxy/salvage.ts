/** Lets the response of an upstream arrive that has closed its connection while it was written to. */
import { Socket } from 'node:net'

/** How long a failed write waits for what has come in before; the end of that comes at once as a rule. */
const READ_MS = 1_000

const PATIENT: unique symbol = Symbol('patient')

interface Patient extends Socket {
  [PATIENT]?: true
}

type Callback = (error?: Error | null) => void
type Write = (this: Socket, chunk: unknown, encoding: unknown, callback: Callback) => void
type WriteMany = (this: Socket, chunks: unknown, callback: Callback) => void

/**
 * Makes a failed write wait until the connection was read to its end.
 *
 * An upstream that refuses a body, by 413 for instance, answers and closes (RFC 9112 section 9.6). What
 * is written after that is an error, by which Node would destroy the connection, and the answer in it.
 */
export function readAfterWrites(socket: Patient): void {
  if (socket[PATIENT]) return
  Object.assign(socket, { [PATIENT]: true, _write: write, _writev: writeMany })
}

// The methods that a stream is implemented by, which Node's types leave out.
const plain = Socket.prototype as unknown as { _write: Write; _writev: WriteMany }

function write(this: Socket, chunk: unknown, encoding: unknown, callback: Callback): void {
  plain._write.call(this, chunk, encoding, patient(this, callback))
}

function writeMany(this: Socket, chunks: unknown, callback: Callback): void {
  plain._writev.call(this, chunks, patient(this, callback))
}

function patient(socket: Socket, callback: Callback): Callback {
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
