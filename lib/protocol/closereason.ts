/** Shortens the reason in a close frame of a websocket. */

/**
 * The maximum length: a control frame has at most 125 bytes, two of them for the code (RFC 6455 section
 * 5.5).
 */
export const LONGEST_REASON = 123

/** Returns the part of a reason that fits into a close frame, in whole characters. */
export function cutReason(reason: string): string {
  // A UTF-16 unit takes three bytes at most.
  if (reason.length * 3 <= LONGEST_REASON) return reason
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(LONGEST_REASON))
  return reason.slice(0, read)
}
