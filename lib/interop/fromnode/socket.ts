/** Stands in for the connection: `req.socket` has its properties, but carries no bytes. */
import { Duplex } from 'node:stream'
import type { HTTPScope } from '../../types.ts'

/** Notified about uses of the stand-in. */
interface SocketOwner {
  /** Called when any code destroys the socket. */
  readonly lost: (error: Error | null) => void
  /** Called after the timeout; returns whether there was a listener. */
  readonly expired: () => boolean
  /** Returns the number of written bytes that were not accepted yet. */
  readonly waiting: () => number
}

/**
 * A stream with the known properties of a `net.Socket`.
 *
 * It lives as long as one exchange, not as long as the connection. Bytes written to it directly would
 * bypass all middleware, so they are rejected.
 */
export class InnerSocket extends Duplex {
  static {
    // Node reads this for the unsent bytes of a response. Its types have no getters.
    Object.defineProperty(InnerSocket.prototype, 'writableLength', {
      get(this: InnerSocket) {
        return this.#owner.waiting()
      },
    })
  }

  readonly connecting = false
  readonly pending = false
  timeout = 0
  /** Whether the exchange has failed; then Node does not treat the response as finished. */
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

  /** In Node this is a plain property, which handlers behind a proxy set. */
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

  /** Emits 'timeout' after this many ms without a message; 0 disables it. */
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

  /** Restarts the timeout after activity. */
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
        'fromNode: bytes were written to the socket itself, which cannot send them. Write them to the response.',
      ),
    )
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.setTimeout(0)
    // A server listens to errors of its connections; here an unhandled error would end the process.
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
