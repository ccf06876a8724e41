/** Adapts an HTTP/2 stream to the connection of a websocket (RFC 8441). */
import type { ServerHttp2Stream } from 'node:http2'
import { Duplex } from 'node:stream'
import { toStreamHeaders } from './fields.ts'
import { refuseStream } from './refuse.ts'
import { resetStream } from './reset.ts'

/** The fields of a handshake response over HTTP/1.1 that HTTP/2 does not have. */
const UPGRADING = new Set(['upgrade', 'connection', 'sec-websocket-accept'])

/**
 * A socket that `ws` writes to. The first write is the whole HTTP/1.1 response to the handshake. A 101 is sent as a
 * 200 response, which accepts a websocket over HTTP/2. All later writes are websocket frames.
 */
export class StreamSocket extends Duplex {
  readonly #stream: ServerHttp2Stream
  #isOpen = false
  #isReading = false
  #onRoom: ((error?: Error) => void) | undefined
  bytesRead = 0
  bytesWritten = 0

  constructor(stream: ServerHttp2Stream) {
    super()
    this.#stream = stream
    stream.on('drain', () => this.#goOn())
    stream.on('aborted', () => this.destroy())
    stream.on('close', () => this.destroy())
    stream.on('error', () => this.destroy())
  }

  override _read(): void {
    const stream = this.#stream
    if (this.#isReading) {
      stream.resume()
      return
    }
    this.#isReading = true
    stream.on('data', (chunk: Uint8Array) => {
      this.bytesRead += chunk.byteLength
      if (!this.push(chunk)) stream.pause()
    })
    stream.on('end', () => this.push(null))
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (!this.#isOpen) {
      this.#isOpen = true
      const answer = chunk.toString('latin1')
      // `ws` refuses some handshakes itself.
      if (answer.startsWith('101', 9)) {
        this.#stream.respond(toStreamHeaders(fieldsOf(answer), 200))
      } else refuseStream(this.#stream, 400)
      done()
      return
    }
    this.bytesWritten += chunk.byteLength
    if (this.#stream.write(chunk)) done()
    else this.#onRoom = done
  }

  override _final(done: () => void): void {
    this.#stream.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#stream.writableEnded && !this.#stream.destroyed) resetStream(this.#stream)
    this.#goOn()
    done(error)
  }

  #goOn(): void {
    const onRoom = this.#onRoom
    this.#onRoom = undefined
    onRoom?.()
  }
}

function fieldsOf(answer: string): string[] {
  const lines = answer.split('\r\n').slice(1)
  return lines.flatMap((line) => {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    return colon < 0 || UPGRADING.has(name) ? [] : [name, line.slice(colon + 1).trim()]
  })
}
