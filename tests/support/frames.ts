// Websockets byte by byte: frames as no client library would write them, and what comes back.
import { type RawClient, request } from './sockets.ts'

export interface FrameOptions {
  fin?: boolean
  /** Bits 0x40, 0x20 and 0x10 of the first byte. */
  rsv?: number
  /** Without it the frame is not masked. */
  mask?: readonly number[] | null
  /** What the length says, whatever follows. */
  length?: number | bigint
}

/** One frame of a client. */
export function frame(
  opcode: number,
  payload: string | Uint8Array = '',
  { fin = true, rsv = 0, mask = [0x12, 0x34, 0x56, 0x78], length }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(payload as string)
  const size = BigInt(length ?? body.byteLength)
  const second = mask === null ? 0 : 0x80
  const head = [(fin ? 0x80 : 0) | rsv | opcode]
  if (size < 126n) head.push(second | Number(size))
  else if (size < 65_536n) head.push(second | 126, Number(size >> 8n), Number(size & 255n))
  else {
    head.push(second | 127)
    for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((size >> shift) & 255n))
  }
  const masked = body.map((byte, index) => byte ^ (mask?.[index % 4] ?? 0))
  return Buffer.concat([Buffer.from(head), Buffer.from(mask ?? []), masked])
}

/** A text whose length takes 16 bits, or bytes whose length takes 64: more than it needs. */
export function longForm(opcode: 1 | 2, payload: string): Buffer {
  const plain = frame(opcode, payload)
  const size = Buffer.byteLength(payload)
  const length = opcode === 1 ? [126] : [127, 0, 0, 0, 0, 0, 0]
  const head = Buffer.of(
    0x80 | opcode,
    0x80 | (length.shift() ?? 0),
    ...length,
    size >> 8,
    size & 255,
  )
  return Buffer.concat([head, plain.subarray(plain.length - size - 4)])
}

/** A close frame with a code and a reason. */
export function closeFrame(code?: number, reason: string | Uint8Array = ''): Buffer {
  if (code === undefined) return frame(8)
  return frame(8, Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason as string)]))
}

/** A frame of the server's in words: `text hi`, `binary 0a`, `ping hi`, `close 1000 bye`. */
export function readFrames(received: string): string[] {
  const bytes = Buffer.from(received, 'latin1')
  const frames: string[] = []
  for (let at = 0; at + 2 <= bytes.byteLength; ) {
    const opcode = (bytes[at] ?? 0) & 15
    let size = (bytes[at + 1] ?? 0) & 127
    let head = 2
    if (size === 126) {
      size = bytes.readUInt16BE(at + 2)
      head = 4
    } else if (size === 127) {
      size = Number(bytes.readBigUInt64BE(at + 2))
      head = 10
    }
    if (at + head + size > bytes.byteLength) break
    frames.push(inWords(opcode, bytes.subarray(at + head, at + head + size)))
    at += head + size
  }
  return frames
}

function inWords(opcode: number, payload: Buffer): string {
  if (opcode === 2) return `binary ${payload.toString('hex')}`.trim()
  if (opcode === 8) {
    if (payload.byteLength === 0) return 'close'
    return `close ${payload.readUInt16BE(0)} ${payload.subarray(2)}`.trim()
  }
  return `${{ 1: 'text', 9: 'ping', 10: 'pong' }[opcode] ?? opcode} ${payload}`.trim()
}

/** The key of the example in RFC 6455, which is answered by the value after it. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

export const HANDSHAKE: readonly string[] = [
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  `sec-websocket-key: ${KEY}`,
]

/** A request for a websocket, with further fields. */
export function handshake(path = '/', fields: readonly string[] = []): string {
  return request(`GET ${path}`, [...HANDSHAKE, ...fields])
}

/** Opens a websocket; what has come is forgotten but for frames. */
export async function open(
  client: RawClient,
  path = '/',
  fields: readonly string[] = [],
): Promise<RawClient> {
  const received = await client.send(handshake(path, fields)).until('\r\n\r\n')
  if (!received.startsWith('HTTP/1.1 101 ')) throw new Error(`no websocket: ${received}`)
  client.received = received.slice(received.indexOf('\r\n\r\n') + 4)
  return client
}
