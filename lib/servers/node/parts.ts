/** The parts of a request's body: from its stream or, for less, past the stream. */
import type { IncomingMessage } from 'node:http'
import { ServedRequest, type TakePart } from './servedrequest.ts'

/** A body that is being read. */
export interface Parts {
  /** Lets more come, after a part was answered by false. */
  goOn(): void
  /** Lets the rest come and go, so that the connection gets to its next request. */
  discard(): void
  /** Nothing more will come, though its end may not have been told. */
  end(): void
}

/** Begins to read a body. */
export function openParts(request: IncomingMessage, take: TakePart): Parts {
  const isUntouched = request.readableLength === 0 && !request.complete
  if (request instanceof ServedRequest && isUntouched) return new DivertedParts(request, take)
  return new StreamParts(request, take)
}

class StreamParts implements Parts {
  readonly #request: IncomingMessage
  #isWanted = true

  constructor(request: IncomingMessage, take: TakePart) {
    this.#request = request
    request.on('data', (part: Uint8Array) => {
      if (take(part)) return
      this.#isWanted = false
      request.pause()
    })
    request.on('end', () => take(null))
  }

  /** Small parts wait in the stream: asked for that many bytes, it gives all of them as one. */
  goOn(): void {
    if (!this.#request.isPaused()) return
    this.#isWanted = true
    // Emits them as data. Without a number, Node 26 gives the first part alone.
    this.#request.read(this.#request.readableLength)
    if (this.#isWanted) this.#request.resume()
  }

  discard(): void {
    this.#request.resume()
  }

  end(): void {}
}

class DivertedParts implements Parts {
  readonly #request: ServedRequest

  constructor(request: ServedRequest, take: TakePart) {
    this.#request = request
    request.divert(take)
  }

  /** The connection waits, since a part was answered by false. */
  goOn(): void {
    this.#request.socket.resume()
  }

  /** By the stream, which is told again of what comes. It does not know that the connection waits. */
  discard(): void {
    this.#request.restore()
    this.#request.resume()
    this.#request.socket.resume()
  }

  end(): void {
    this.#request.spare()
  }
}
