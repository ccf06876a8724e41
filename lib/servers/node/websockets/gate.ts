/**
 * Passes the bytes of a connection to the readers of its frames, but only messages for which the inbox has room.
 *
 * One read of a connection may contain ten thousand messages, and `ws` emits all of them. Messages without room wait
 * here, as bytes, up to a limit. Beyond the limit the connection is paused. Control frames do not wait, because they
 * may be between any two frames (RFC 6455 section 5.4). Pings are therefore answered, and a close is noticed, while
 * an app is busy.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Source } from '../../../protocol/inbox.ts'
import { Backlog } from './backlog.ts'
import { FrameWalker } from './walker.ts'

/** The inbox that messages are passed to. */
interface Room {
  /** Whether it is full. */
  readonly paused: boolean
  /** The number of messages until it is full; at least one. */
  readonly room: number
  /** The number of messages that it accepts after the peer has ended. */
  readonly spare: number
}

/** Reads whole frames before `ws` does; see `plain.ts`. */
interface FrameReader {
  /** Whether it may read the next bytes. */
  readonly isReady: boolean
  /** Reads from an index of the chunk. Returns the index at which it has stopped. */
  read(chunk: Buffer, start: number): number
}

/**
 * Puts a gate in front of the listener of `ws` on a connection.
 *
 * @param limit The maximum number of bytes that wait.
 */
export function openGate(socket: Socket, ws: WebSocket, room: Room, limit: number): Gate {
  const listeners = socket.listeners('data')
  const gate = new Gate(ws, room, limit, (chunk) => {
    for (const listener of listeners) listener.call(socket, chunk)
  })
  for (const listener of listeners) socket.off('data', listener as (chunk: Buffer) => void)
  socket.on('data', (chunk: Buffer) => gate.take(chunk))
  // These listeners run before those of `ws`, which stop its reading.
  socket.prependListener('end', () => gate.finish())
  socket.prependListener('close', () => gate.finish())
  return gate
}

/** The size of the longest control frame: its head, mask and payload. */
const LONGEST_CONTROL = 2 + 4 + 125

export class Gate implements Source {
  readonly #ws: WebSocket
  readonly #room: Room
  readonly #limit: number
  /** Passes bytes to the listener of `ws`. */
  readonly #give: (chunk: Uint8Array) => void
  /** Whether messages arrive later than their bytes, because they are inflated. */
  readonly #isLate: boolean
  /** The number of messages that are being inflated. */
  #underway = 0
  reader: FrameReader | undefined
  readonly #walker = new FrameWalker()
  #backlog: Backlog | undefined
  #backlogWalker: FrameWalker | undefined
  /** The beginning of a control frame that arrived while messages wait. */
  #control: Buffer[] | undefined
  #isPumping = false
  #isPaused = false
  #isOver = false

  /**
   * @param limit The maximum number of bytes that wait.
   * @param give Passes bytes to `ws`.
   */
  constructor(ws: WebSocket, room: Room, limit: number, give: (chunk: Uint8Array) => void) {
    this.#ws = ws
    this.#room = room
    this.#limit = limit
    this.#give = give
    this.#isLate = ws.extensions !== ''
  }

  /** Whether the connection is not read. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Whether nothing waits here, and the next byte begins a frame. */
  get isClear(): boolean {
    return this.#walker.isBetween && !this.#hasBacklog && !this.#isOver
  }

  get #hasBacklog(): boolean {
    return this.#backlog !== undefined && this.#backlog.size > 0
  }

  /** The number of messages that may pass now; 0 while the inbox is paused. */
  get #places(): number {
    return this.#room.paused ? 0 : Math.max(0, this.#room.room - this.#underway)
  }

  /** Takes the bytes that the connection has read. */
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#isOver; ) {
      at = this.#mustWait ? this.#keep(chunk, at) : this.#pass(chunk, at, this.#walker)
    }
    if (!this.#isPaused && (this.#backlog?.size ?? 0) > this.#limit) {
      this.#isPaused = true
      this.#ws.pause()
    }
  }

  /** Does nothing when the inbox is full, because this is checked before each frame. */
  pause(): void {}

  /** The inbox has room again. */
  resume(): void {
    if (this.#isPumping || this.#isOver) return
    this.#pump(() => this.#places)
    if (!this.#isPaused || (this.#backlog?.size ?? 0) > this.#limit / 2) return
    this.#isPaused = false
    this.#ws.resume()
  }

  /** `ws` has emitted a message. */
  arrived(): void {
    if (this.#underway === 0) return
    this.#underway--
    if (this.#hasBacklog) this.resume()
  }

  /** The connection has ended. All waiting messages are passed, up to `spare`. */
  finish(): void {
    if (this.#isOver) return
    this.#pump(() => Math.max(0, this.#room.spare - this.#underway))
    this.stop()
  }

  /** Drops all further bytes. */
  stop(): void {
    this.#isOver = true
    this.#backlog = undefined
  }

  /** Whether the next bytes must wait. The rest of a frame follows its beginning. */
  get #mustWait(): boolean {
    if (this.#control !== undefined || this.#hasBacklog) return true
    return this.#walker.isBetween && this.#places === 0
  }

  #pass(chunk: Buffer, start: number, walker: FrameWalker, places = this.#places): number {
    if (walker.isBetween && this.reader?.isReady) {
      const end = this.reader.read(chunk, start)
      if (end > start) return end
    }
    let end = start
    let messages = 0
    do {
      end = walker.step(chunk, end)
      if (walker.isBetween && walker.endsMessage) messages++
    } while (end < chunk.length && messages < places && !(walker.isBetween && walker.isClose))
    if (this.#isLate) this.#underway += messages
    this.#give(chunk.subarray(start, end))
    // Nothing is read after a close (section 5.5.1).
    if (walker.isBetween && walker.isClose) this.#isOver = true
    return end
  }

  #keep(chunk: Buffer, start: number): number {
    const end = this.#walker.step(chunk, start)
    const piece = chunk.subarray(start, end)
    if (this.#walker.isControl) this.#keepControl(piece)
    else {
      this.#backlog ??= new Backlog()
      this.#backlog.append(piece)
    }
    return end
  }

  #keepControl(piece: Buffer): void {
    this.#control ??= []
    this.#control.push(Buffer.from(piece))
    const size = this.#control.reduce((sum, { byteLength }) => sum + byteLength, 0)
    // A frame that is too long is left to `ws`, which rejects it.
    if (!this.#walker.isBetween && size <= LONGEST_CONTROL) return
    const frame = Buffer.concat(this.#control)
    this.#control = undefined
    if (this.#walker.isClose) this.finish()
    this.#give(frame)
  }

  #pump(places: () => number): void {
    const backlog = this.#backlog
    if (backlog === undefined) return
    this.#isPumping = true
    this.#backlogWalker ??= new FrameWalker()
    while (backlog.size > 0 && !this.#isOver && (places() > 0 || !this.#backlogWalker.isBetween)) {
      const bytes = backlog.peek()
      const end = this.#pass(bytes, 0, this.#backlogWalker, Math.max(1, places()))
      backlog.drop(end)
    }
    if (backlog.size === 0) this.#backlogWalker = undefined
    this.#isPumping = false
  }
}
