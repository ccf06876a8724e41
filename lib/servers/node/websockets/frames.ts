/** Encodes each message as one frame without a mask, as servers send them (RFC 6455 section 5.2). */
import { Buffer } from 'node:buffer'

const TEXT = 0x81
const BINARY = 0x82

/** The longest text whose frame is kept for the next websocket. */
const LONGEST_KEPT = 16_384

let lastText = ''
let lastFrame: Uint8Array = Buffer.of(TEXT, 0)

/** Returns the frame of a text. The last one is kept, because a broadcast sends one text to many websockets. */
export function textFrame(text: string): Uint8Array {
  if (text === lastText) return lastFrame
  const size = Buffer.byteLength(text)
  const frame = begin(TEXT, size, size)
  frame.write(text, frame.length - size)
  if (text.length <= LONGEST_KEPT) {
    lastText = text
    lastFrame = frame
  }
  return frame
}

/** Returns the frame of a binary message. The bytes are copied, and the sender may reuse them. */
export function binaryFrame(bytes: Uint8Array): Uint8Array {
  const size = bytes.byteLength
  const frame = begin(BINARY, size, size)
  frame.set(bytes, frame.length - size)
  return frame
}

/** Returns the head of a binary message of this size. */
export function binaryHead(size: number): Uint8Array {
  return begin(BINARY, size, 0)
}

/** Returns the head of a frame, followed by space for its payload. */
function begin(first: number, size: number, room: number): Buffer {
  if (size < 126) {
    const frame = Buffer.allocUnsafe(2 + room)
    frame[0] = first
    frame[1] = size
    return frame
  }
  if (size < 65_536) {
    const frame = Buffer.allocUnsafe(4 + room)
    frame[0] = first
    frame[1] = 126
    frame.writeUInt16BE(size, 2)
    return frame
  }
  const frame = Buffer.allocUnsafe(10 + room)
  frame[0] = first
  frame[1] = 127
  frame.writeUInt16BE(0, 2)
  frame.writeUIntBE(size, 4, 6)
  return frame
}
