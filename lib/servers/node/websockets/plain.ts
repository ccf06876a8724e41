/**
 * Reads plain frames: messages of one frame that arrived in one chunk. Nearly all messages have this form.
 *
 * Without this reader they would pass through two streams, the socket and the receiver of `ws`, with the buffers,
 * ticks and events of both. These take a fifth of the time of an echo (measured on Node 20 and 24: 15.1 µs instead of
 * 11.7). All other frames are left to `ws`: fragments, frames in several chunks, control frames, and invalid frames.
 *
 * Node passes bytes to a socket with `push`, and the properties of a receiver show whether it is between two
 * messages. Neither is documented, so this reader is one of the `shortcuts`. It is used only if a receiver behaves as
 * expected in a check.
 */
import { isUtf8 } from 'node:buffer'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { WebSocketReceivedMessage } from '../../../types.ts'

/** Takes messages, with their sizes in bytes. */
interface Taker {
  take(message: WebSocketReceivedMessage, size: number): void
  /** Whether it is full, or earlier messages wait (false). */
  readonly isHeld?: boolean
  /** Whether it is full (false). */
  readonly isFull?: boolean
}

/** The fields of a receiver that are read here. */
interface Receiver extends Writable {
  readonly _state?: number
  readonly _bufferedBytes?: number
  readonly _fragmented?: number
  readonly _opcode?: number
  readonly _errored?: boolean
}

/** The first byte of a whole message without extensions. */
const TEXT = 0x81
const BINARY = 0x82

const CLOSE = 8

/**
 * Takes plain frames from a socket before `ws` sees them, if that is possible.
 *
 * @param limit The maximum size of a message in bytes. Larger ones are left to `ws`, which rejects them.
 * @returns A reader for bytes that have waited in the gate; undefined if frames cannot be read before `ws`.
 */
export function readPlainFrames(
  socket: Socket,
  ws: WebSocket,
  limit: number,
  taker: Taker,
): PlainFrames | undefined {
  // Streams that are no sockets stop reading if no 'data' listener gets their bytes.
  const isPlain = socket instanceof Socket && !Object.hasOwn(socket, 'push')
  if (!isPlain || ws.extensions !== '') return undefined
  const { _receiver: receiver } = ws as WebSocket & { readonly _receiver?: Receiver }
  if (receiver === undefined || !isKnown(receiver)) return undefined
  const frames = new PlainFrames(socket, receiver, limit, taker)
  Object.assign(socket, { [FRAMES]: frames, push })
  return frames
}

/** The key of the reader on its socket. All sockets share one function, because many sockets may be idle. */
const FRAMES: unique symbol = Symbol('frames')

/** Replaces `push` of the socket. Returns whether more bytes may be pushed. */
function push(this: Socket & { [FRAMES]: PlainFrames }, chunk: Buffer | null): boolean {
  const frames = this[FRAMES]
  const read = chunk !== null && frames.isDue ? frames.read(chunk, 0) : 0
  if (chunk?.length === read) return true
  const rest = read === 0 ? chunk : chunk?.subarray(read)
  return Object.getPrototypeOf(this).push.call(this, rest)
}

class PlainFrames {
  readonly #socket: Socket
  readonly #receiver: Receiver
  readonly #limit: number
  readonly #taker: Taker

  constructor(socket: Socket, receiver: Receiver, limit: number, taker: Taker) {
    this.#socket = socket
    this.#receiver = receiver
    this.#limit = limit
    this.#taker = taker
  }

  /** Reads plain frames. Returns the index at which they end. */
  read(chunk: Buffer, start: number): number {
    let at = start
    while (at < chunk.length && !this.#taker.isFull) {
      const end = this.#take(chunk, at)
      if (end === at) break
      at = end
    }
    return at
  }

  /** Whether the next byte of the socket begins a message, and nothing waits before it. */
  get isDue(): boolean {
    const socket = this.#socket
    if (this.#taker.isHeld || socket.readableFlowing !== true) return false
    return socket.readableLength === 0 && this.isReady
  }

  /** Whether `ws` is between two messages. */
  get isReady(): boolean {
    return isIdle(this.#receiver)
  }

  /** Takes the frame that begins at an index. Returns the index of its end, or of its start if it is not plain. */
  #take(chunk: Buffer, at: number): number {
    const first = chunk[at]
    if (first !== TEXT && first !== BINARY) return at
    // The size is negative for a frame without a mask, or if the length has not arrived yet.
    let size = (chunk[at + 1] ?? 0) - 0x80
    let start = at + 6
    if (size === 126) {
      size = ((chunk[at + 2] ?? 0) << 8) | (chunk[at + 3] ?? 0)
      start = at + 8
    } else if (size === 127) return at
    const end = start + size
    if (size < 0 || size > this.#limit || end > chunk.length) return at
    const bits = unmask(chunk, start, end)
    const type = 'websocket.receive'
    if (first === BINARY) this.#taker.take({ type, bytes: chunk.subarray(start, end) }, size)
    else if (bits < 0x80)
      this.#taker.take({ type, text: chunk.toString('latin1', start, end) }, size)
    else if (isUtf8(chunk.subarray(start, end))) {
      this.#taker.take({ type, text: chunk.toString('utf8', start, end) }, size)
    } else {
      unmask(chunk, start, end) // applies the mask again, which restores the bytes
      return at
    }
    return end
  }
}

/** From this size in bytes, aligned words take less than half the time of single bytes. */
const LONG = 128

/** Applies the mask, which precedes these bytes. Returns all unmasked bytes, joined by OR. */
function unmask(chunk: Buffer, start: number, end: number): number {
  const from = chunk.byteOffset + start - 4
  if (end - start < LONG || from % 4 !== 0) return unmaskBytes(chunk, start, end)
  const words = new Int32Array(chunk.buffer, from, 1 + ((end - start) >> 2))
  const mask = words[0] ?? 0
  let bits = 0
  for (let at = 1; at < words.length; at++) bits |= words[at] = (words[at] ?? 0) ^ mask
  const rest = start + (words.length - 1) * 4
  for (let at = rest; at < end; at++) {
    bits |= chunk[at] = (chunk[at] ?? 0) ^ (chunk[start - 4 + at - rest] ?? 0)
  }
  return (bits | (bits >>> 8) | (bits >>> 16) | (bits >>> 24)) & 0xff
}

function unmaskBytes(chunk: Buffer, start: number, end: number): number {
  const first = chunk[start - 4] ?? 0
  const second = chunk[start - 3] ?? 0
  const third = chunk[start - 2] ?? 0
  const fourth = chunk[start - 1] ?? 0
  let bits = 0
  let at = start
  // Four bytes in each iteration take half the time.
  for (; at + 3 < end; at += 4) {
    bits |= chunk[at] = (chunk[at] ?? 0) ^ first
    bits |= chunk[at + 1] = (chunk[at + 1] ?? 0) ^ second
    bits |= chunk[at + 2] = (chunk[at + 2] ?? 0) ^ third
    bits |= chunk[at + 3] = (chunk[at + 3] ?? 0) ^ fourth
  }
  if (at < end) bits |= chunk[at] = (chunk[at] ?? 0) ^ first
  if (at + 1 < end) bits |= chunk[at + 1] = (chunk[at + 1] ?? 0) ^ second
  if (at + 2 < end) bits |= chunk[at + 2] = (chunk[at + 2] ?? 0) ^ third
  return bits
}

/** Whether a receiver is between two messages and can receive another. */
function isIdle({ _state, _bufferedBytes, _fragmented, _opcode, _errored }: Receiver): boolean {
  return (
    _state === 0 &&
    _bufferedBytes === 0 &&
    _fragmented === 0 &&
    _opcode !== CLOSE &&
    _errored === false
  )
}

const KNOWN = new WeakMap<object, boolean>()

/** Whether receivers of this class behave as expected. It is checked once, with a new receiver. */
function isKnown({ constructor: Class }: Receiver): boolean {
  const known = KNOWN.get(Class) ?? CHECKS.every((check) => passes(Class, check))
  KNOWN.set(Class, known)
  return known
}

type ReceiverCheck = readonly (readonly [bytes: string, idle: boolean])[]

function passes(Class: Receiver['constructor'], check: ReceiverCheck): boolean {
  const receiver: Receiver = Reflect.construct(Class, [{ isServer: true }])
  receiver.on('error', ignore)
  return check.every(([bytes, idle]) => {
    receiver.write(Buffer.from(bytes, 'hex'))
    return isIdle(receiver) === idle
  })
}

/** Bytes for a receiver, in hexadecimal, and whether it is idle after them. */
const CHECKS: readonly ReceiverCheck[] = [
  [
    // A text in several pieces.
    ['81', false],
    ['82', false],
    ['0000', false],
    ['000061', false],
    ['62', true],
    // Two fragments, and a ping between them.
    ['018000000000', false],
    ['898000000000', false],
    ['808000000000', true],
    ['898000000000', true],
    ['888000000000', false],
  ],
  // A frame with the bit RSV1, which is invalid without an extension.
  [['c180', false]],
]

function ignore(): void {}
