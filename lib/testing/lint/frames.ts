/** The contents and close codes of an open websocket. */
import { isCloseCode } from '../../exceptions.ts'
import { LONGEST_REASON } from '../../protocol/closereason.ts'
import { LintError } from './faults.ts'
import { BYTES, checkKeys, optional, type Rule, rule, TEXT } from './keys.ts'
import type { Message } from './protocol.ts'

const CONTENT = { text: optional(TEXT), bytes: optional(BYTES) }

/** @throws LintError unless the message has either a text or bytes. */
export function checkContent(where: string, message: Message, advice: string): void {
  checkKeys(where, message, CONTENT, advice)
  const { text, bytes } = message
  if ((text === undefined) !== (bytes === undefined)) return
  const given = text === undefined ? 'neither was' : 'both were'
  throw new LintError(
    `${where}: exactly one of "text" and "bytes" is required, ${given} given. ${advice}`,
  )
}

export const CLOSE: Readonly<Record<string, Rule>> = {
  code: optional(
    rule(
      'a close code that may be sent',
      (value) => typeof value === 'number' && isCloseCode(value),
      'Use 1000 to 1014, except 1004, 1005 and 1006, or 3000 to 4999.',
    ),
  ),
  reason: optional((value) => {
    const fault = TEXT(value)
    if (fault !== undefined) return fault
    const size = new TextEncoder().encode(String(value)).byteLength
    if (size <= LONGEST_REASON) return undefined
    return `must have ${LONGEST_REASON} bytes at most, it has ${size}. Shorten it.`
  }),
}

export const DISCONNECT: Readonly<Record<string, Rule>> = {
  code: rule(
    'a close code',
    (value) => Number.isInteger(value) && Number(value) >= 1000 && Number(value) <= 4999,
  ),
  reason: TEXT,
}
