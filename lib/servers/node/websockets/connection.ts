/** An open socket: what goes out, and how it ends. */
import { WebSocket } from 'ws'
import { ClientDisconnected, ProtocolError } from '../../../exceptions.ts'
import { ACCEPTED, type WebSocketSentMessage } from '../../../types.ts'
import type { WebSocketSettings } from './options.ts'

export class Connection {
  /** Whether nothing comes or goes any more. */
  closed = false
  readonly #ws: WebSocket
  readonly #maxBufferedBytes: number

  constructor(ws: WebSocket, { maxBufferedBytes }: WebSocketSettings) {
    this.#ws = ws
    this.#maxBufferedBytes = maxBufferedBytes
  }

  /**
   * Resolves at once while little waits for the peer, otherwise when this has been written too.
   *
   * @throws ClientDisconnected when the peer has closed, or is gone.
   */
  send({ type, text, bytes }: WebSocketSentMessage): Promise<void> {
    const ws = this.#ws
    if ((text === undefined) === (bytes === undefined)) {
      const given = text === undefined ? 'neither' : 'both'
      throw invalid(type, `exactly one of "text" and "bytes" must be there, ${given} was sent`)
    }
    if (text !== undefined && typeof text !== 'string') {
      throw invalid(type, `"text" must be a string, ${typeof text} was sent`)
    }
    if (bytes !== undefined && !(bytes instanceof Uint8Array)) {
      throw invalid(type, `"bytes" must be a Uint8Array, ${typeof bytes} was sent`)
    }
    if (ws.readyState !== WebSocket.OPEN) throw new ClientDisconnected()
    const data = text ?? bytes ?? ''
    const binary = bytes !== undefined
    if (ws.bufferedAmount < this.#maxBufferedBytes) {
      ws.send(data, { binary })
      return ACCEPTED
    }
    return new Promise((resolve, reject) => {
      ws.send(data, { binary }, (error) => {
        if (error) reject(new ClientDisconnected())
        else resolve()
      })
    })
  }

  /** Says why, and waits for the peer's own close; cuts it off when that takes too long. */
  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }
}

function invalid(type: string, what: string): ProtocolError {
  return new ProtocolError(`${type}: ${what}. Nothing of it was sent to the client.`)
}
