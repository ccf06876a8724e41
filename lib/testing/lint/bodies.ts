/** Checks that both kinds of responses share: keys of start and body, and the declared length. */
import { isBodyless } from '../../http/status.ts'
import { describe, LintError } from './faults.ts'
import { BOOLEAN, BYTES, checkKeys, HEADERS, optional, STATUS } from './keys.ts'
import type { Message } from './protocol.ts'

/** The declared length of a body, and the bytes so far. */
export interface Length {
  /** Undefined if no length was declared, or if it does not apply. */
  readonly announced: number | undefined
  readonly sent: number
}

export const NO_LENGTH: Length = { announced: undefined, sent: 0 }

export const ADVICE = 'Check what makes this message, or the middleware that changes it.'

const START = { status: STATUS, headers: HEADERS, trailers: optional(BOOLEAN) }
const BODY = { body: optional(BYTES), moreBody: optional(BOOLEAN) }

export function checkStart(message: Message): void {
  checkKeys(message.type, message, START, ADVICE)
}

export function checkBody(message: Message): void {
  checkKeys(message.type, message, BODY, ADVICE)
}

/**
 * Returns the length that a checked start declares; undefined if no body follows.
 *
 * @throws LintError if the length is not a number, or if there are two.
 */
export function announcedLength({ type, status, headers }: Message, isHead = false): Length {
  const list = headers as readonly string[] // verified by checkStart
  let length: number | undefined
  for (let index = 0; index < list.length; index += 2) {
    if (list[index] !== 'content-length') continue
    const value = list[index + 1] ?? ''
    if (!/^[0-9]{1,15}$/.test(value)) {
      throw new LintError(
        `${type}: content-length must be a number of bytes, ${describe(value)} was given. Leave it out if it is unknown.`,
      )
    }
    if (length !== undefined && length !== Number(value)) {
      throw new LintError(
        `${type}: content-length must be one number, ${length} and ${Number(value)} were given. Use headers.set instead of append.`,
      )
    }
    length = Number(value)
  }
  return isHead || isBodyless(Number(status)) ? NO_LENGTH : { announced: length, sent: 0 }
}

/** @throws LintError if a checked body is longer or shorter than declared. */
export function countBody({ announced, sent }: Length, message: Message): Length {
  const { type, body, moreBody } = message
  const total = sent + (body instanceof Uint8Array ? body.byteLength : 0)
  const fits = announced === undefined || total === announced || (moreBody && total < announced)
  if (fits) return { announced, sent: total }
  throw new LintError(
    `${type}: content-length is ${announced}, but the body has ${total} bytes${moreBody ? ' or more' : ''}. Leave the header out, or count again; middleware that changes a body must change the header too.`,
  )
}
