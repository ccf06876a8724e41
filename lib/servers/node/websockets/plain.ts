/**
 * Reads plain frames: messages of one frame each, which arrived in one piece. Nearly all are such.
 *
 * Otherwise they would pass two streams, the socket and the receiver of `ws`, with the buffers, ticks
 * and events of both; a fifth of an echo is spent there (measured on Node 20 and 24: 15.1 µs against
 * 11.7). All other frames take that way: fragments, frames in pieces, control frames, and anything
 * invalid, so that `ws` alone decides about it.
 *
 * Node passes bytes to a socket by `push`, and the fields of a receiver tell whether it is between two
 * messages. This is not documented, which is why it is one of the shortcuts. It is used only if a
 * receiver behaves as expected in a check.
 */
import { isUtf8 } from 'node:buffer'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { WebSocketReceivedMessage } from '../../../types.ts'

/** Takes messages, with their sizes in bytes. */
export interface Taker {
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
 * @param limit The most bytes of a message; larger ones are left to `ws`, which rejects them.
 * @returns A reader for bytes that waited elsewhere; undefined if it is not possible.
 */
export function readPlainFrames(
  socket: Socket,
  ws: WebSocket,
  limit: number,
  taker: Taker,
): PlainFrames | undefined {
  // Other streams do not continue by themselves if no listener has heard their data.
  const isPlain = socket instanceof Socket && !Object.hasOwn(socket, 'push')
  if (!isPlain || ws.extensions !== '') return undefined
  const { _receiver: receiver } = ws as WebSocket & { readonly _receiver?: Receiver }
  if (receiver === undefined || !isKnown(receiver)) return undefined
  const frames = new PlainFrames(socket, receiver, limit, taker)
  Object.assign(socket, { [FRAMES]: frames, push })
  return frames
}

/** The key of the reader on its socket. All sockets share one function, since many may be idle. */
const FRAMES: unique symbol = Symbol('frames')

/** As of any stream: returns whether more may be pushed. */
function push(this: Socket & { [FRAMES]: PlainFrames }, chunk: Buffer | null): boolean {
  const frames = this[FRAMES]
  const read = chunk !== null && frames.isDue ? frames.read(chunk, 0) : 0
  if (chunk?.length === read) return true
  const rest = read === 0 ? chunk : chunk?.subarray(read)
  return Object.getPrototypeOf(this).push.call(this, rest)
}

export class PlainFrames {
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

  /** Returns where the plain frames end. */
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
    return rests(this.#receiver)
  }

  /** Returns where the frame ends that begins here, or its start if it is not plain. */
  #take(chunk: Buffer, at: number): number {
    const first = chunk[at]
    if (first !== TEXT && first !== BINARY) return at
    // Less than nothing for a frame without a mask, or one whose length is not there yet.
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
      unmask(chunk, start, end) // as it came
      return at
    }
    return end
  }
}

/** From this size on, working on aligned words takes less than half as long. */
const LONG = 128

/** Applies the mask that stands before these bytes; returns all their bits, joined by OR. */
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
  // Four at a time: half as long.
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

/** Whether a receiver is between two messages, and there may be another. */
function rests({ _state, _bufferedBytes, _fragmented, _opcode, _errored }: Receiver): boolean {
  return (
    _state === 0 &&
    _bufferedBytes === 0 &&
    _fragmented === 0 &&
    _opcode !== CLOSE &&
    _errored === false
  )
}

const KNOWN = new WeakMap<object, boolean>()

/** Whether receivers of this class behave as expected, checked once with a receiver of its own. */
function isKnown({ constructor: Class }: Receiver): boolean {
  const known = KNOWN.get(Class) ?? TALKS.every((talk) => isAsTold(Class, talk))
  KNOWN.set(Class, known)
  return known
}

type ReceiverTalk = readonly (readonly [came: string, isResting: boolean])[]

function isAsTold(Class: Receiver['constructor'], talk: ReceiverTalk): boolean {
  const receiver: Receiver = Reflect.construct(Class, [{ isServer: true }])
  receiver.on('error', ignore)
  return talk.every(([came, isResting]) => {
    receiver.write(Buffer.from(came, 'hex'))
    return rests(receiver) === isResting
  })
}

/** Bytes for a receiver, in hexadecimal, and whether it rests after them. */
const TALKS: readonly ReceiverTalk[] = [
  [
    // A text, piece by piece.
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
  // RSV1, which has no meaning here.
  [['c180', false]],
]

function ignore(): void {}
