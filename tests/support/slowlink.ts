// A slow line to a server: a proxy on loopback that passes on so many bytes a second, or nothing.
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as open, type Server, type Socket } from 'node:net'

export class SlowLink {
  /** How many connections have been made by it. */
  connections = 0
  /** The most bytes that come from the server each second, by all connections together. */
  bytesPerSecond: number = Number.POSITIVE_INFINITY
  /** Whether answers are lost on their way. */
  isMute = false
  readonly #path: string
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #isDown = false
  /** When what was let through so far has arrived. */
  #freeAt = 0

  /** @param path The socket of the server. */
  constructor(path: string) {
    this.#path = path
    this.#server = createServer((socket) => this.#pass(socket))
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts all connections, and those that are tried, until it is up again. */
  down(): void {
    this.#isDown = true
    for (const socket of this.#sockets) socket.destroy()
  }

  up(): void {
    this.#isDown = false
  }

  readonly close = (): void => {
    this.down()
    this.#server.close()
  }

  #pass(client: Socket): void {
    if (this.#isDown) {
      client.destroy()
      return
    }
    this.connections++
    const server = open(this.#path)
    client.on('data', (bytes) => server.write(bytes))
    server.on('data', (bytes) => {
      if (this.isMute) return
      const delay = this.#delayFor(bytes.byteLength)
      if (delay < 1) {
        client.write(bytes)
        return
      }
      server.pause()
      setTimeout(() => {
        client.write(bytes)
        server.resume()
      }, delay)
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
  }

  #delayFor(bytes: number): number {
    const now = performance.now()
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes / this.bytesPerSecond) * 1000
    return this.#freeAt - now
  }
}
