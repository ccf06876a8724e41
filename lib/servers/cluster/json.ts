/** Writes values that JSON cannot represent, because processes exchange JSON. */

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

/** A number for JSON, which has no Infinity: null stands for it. */
export function toJSONNumber(value: number): number | null {
  return value === Number.POSITIVE_INFINITY ? null : value
}

/** Parses a number that `toJSONNumber` has written. */
export function fromJSONNumber(value: unknown): number {
  return value === null ? Number.POSITIVE_INFINITY : Number(value)
}
