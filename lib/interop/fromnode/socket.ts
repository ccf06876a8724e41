/** What stands for the connection inside: `req.socket` knows who is there, and carries no bytes. */
import { Duplex } from 'node:stream'
import type { HTTPScope } from '../../types.ts'

/** What the stand-in tells of what is done to it. */
export interface SocketOwner {
  /** It was destroyed, by whomever. */
  readonly lost: (error: Error | null) => void
  /** Its time is over; tells whether anybody listened. */
  readonly expired: () => boolean
  /** How many bytes have been written and wait to be taken. */
  readonly waiting: () => number
}

/**
 * A stream with the properties of a `net.Socket`, as far as they are known.
 *
 * It lives as long as one exchange, not as long as the connection. Bytes written to it by hand would
 * pass all middleware by; they are refused.
 */
export class InnerSocket extends Duplex {
  static {
    // Here Node looks for what a response has not got rid of yet. Its types have no getters.
    Object.defineProperty(InnerSocket.prototype, 'writableLength', {
      get(this: InnerSocket) {
        return this.#owner.waiting()
      },
    })
  }

  readonly connecting = false
  readonly pending = false
  timeout = 0
  /** Whether the exchange has failed; then Node does not take a response for finished. */
  _hadError = false
  readonly #scope: HTTPScope
  readonly #owner: SocketOwner
  #encrypted: boolean | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(scope: HTTPScope, owner: SocketOwner) {
    super()
    this.#scope = scope
    this.#owner = owner
  }

  get encrypted(): boolean {
    return this.#encrypted ?? this.#scope.scheme === 'https'
  }

  /** Node's is a plain property, which handlers behind a proxy set. */
  set encrypted(value: boolean) {
    this.#encrypted = value
  }

  get remoteAddress(): string | undefined {
    return this.#scope.client?.host
  }

  get remotePort(): number | undefined {
    return this.#scope.client?.port
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.remoteAddress)
  }

  get localAddress(): string | undefined {
    const { server } = this.#scope
    return server === null || server.port === null ? undefined : server.host
  }

  get localPort(): number | undefined {
    return this.#scope.server?.port ?? undefined
  }

  get localFamily(): string | undefined {
    return familyOf(this.localAddress)
  }

  get readyState(): string {
    return this.destroyed ? 'closed' : 'open'
  }

  address(): object {
    const { localAddress: address, localPort: port, localFamily: family } = this
    return address === undefined ? {} : { address, family, port }
  }

  /** After this long without a message, in ms, 'timeout' is emitted; 0 means never. */
  setTimeout(timeout: number, listener?: () => void): this {
    clearTimeout(this.#timer)
    this.timeout = timeout
    if (timeout === 0) {
      this.#timer = undefined
      if (listener !== undefined) this.off('timeout', listener)
      return this
    }
    if (listener !== undefined) this.once('timeout', listener)
    if (!this.destroyed) this.#timer = setTimeout(() => this.#expire(), timeout).unref()
    return this
  }

  /** Something has happened: the time begins anew. */
  touch(): void {
    this.#timer?.refresh()
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  destroySoon(): void {
    this.destroy()
  }

  resetAndDestroy(): this {
    return this.destroy()
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, callback: (error: Error) => void): void {
    callback(
      new Error(
        'fromNode: bytes were written to the socket itself, which carries none. Write them to the response.',
      ),
    )
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.setTimeout(0)
    // A server listens to the errors of its connections; here nobody would, and the process would end.
    if (error !== null) this.on('error', () => {})
    this.#owner.lost(error)
    callback(error)
  }

  #expire(): void {
    this.emit('timeout')
    if (!this.#owner.expired()) this.destroy()
  }
}

function familyOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined
  return address.includes(':') ? 'IPv6' : 'IPv4'
}
