// Frames as a client writes and reads them, with no more work than a measurement of others needs.

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** The same for all, which is as hard to undo for a server as any other. */
const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)

/** A whole message in a masked frame, of up to 64 KB. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const { byteLength: size } = payload
  const head =
    size < 126 ? [0x80 | opcode, 0x80 | size] : [0x80 | opcode, 0x80 | 126, size >> 8, size & 0xff]
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Uint8Array.from(head), mask, masked])
}

/** Told of each whole frame: its payload is in `data`, from `start` on. */
export type OnFrame = (opcode: number, size: number, data: Uint8Array, start: number) => void

/** Finds the frames in what comes over one connection. */
export class FrameReader {
  readonly #onFrame: OnFrame
  /** The beginning of a frame whose end has not come. */
  #rest: Uint8Array | undefined

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  /** Reads the first bytes of a buffer, which may be used for something else afterwards. */
  read(buffer: Uint8Array, length: number): void {
    let data = buffer
    let end = length
    if (this.#rest !== undefined) {
      data = Buffer.concat([this.#rest, buffer.subarray(0, length)])
      end = data.byteLength
      this.#rest = undefined
    }
    let at = 0
    while (at < end) {
      const short = data[at + 1] ?? 0
      const start = at + (short === 126 ? 4 : 2)
      const size = short === 126 ? ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0) : short
      if (start > end || start + size > end) {
        this.#rest = data.slice(at, end)
        return
      }
      this.#onFrame((data[at] ?? 0) & 0x0f, size, data, start)
      at = start + size
    }
  }
}
