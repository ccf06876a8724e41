/** What JSON cannot say, since processes send each other JSON. */

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

/** A number of JSON, which has no Infinity. */
export function finite(value: number): number | null {
  return value === Number.POSITIVE_INFINITY ? null : value
}

/** The number that `finite` has written. */
export function infinite(value: unknown): number {
  return value === null ? Number.POSITIVE_INFINITY : Number(value)
}
