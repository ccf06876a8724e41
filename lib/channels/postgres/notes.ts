/**
 * The text of a notification: the channel, a newline and the fields of `NOTE`. Names of channels have no
 * control characters.
 */
import { encodeText } from '../../internal/bytes.ts'

/** PostgreSQL allows 7,999 bytes; a channel and an id take up to 1,060 of them. */
const MOST_BYTES = 6800

export interface Note {
  readonly channel: string
  /** The row of the message, and the table that counts it. */
  readonly row: { readonly id: number; readonly run: number } | undefined
  /** Undefined if it is only in the row. */
  readonly content: string | Uint8Array | undefined
}

/**
 * A message as text: `T` and text, or `B` and base64, because a notification cannot have NUL. Undefined if it
 * is too long.
 */
export function textInNote(content: string | Uint8Array): string | undefined {
  if (content.length > MOST_BYTES) return undefined
  const isText = typeof content === 'string' && !content.includes('\0')
  const text = isText ? `T${content}` : `B${bufferOf(content).toString('base64')}`
  return encodeText(text).byteLength > MOST_BYTES ? undefined : text
}

/** The bytes of a message as a Buffer, the only form that the client accepts. */
export function bufferOf(content: string | Uint8Array): Buffer {
  return globalThis.Buffer.from(typeof content === 'string' ? encodeText(content) : content)
}

/**
 * The text of a notification without a row. PostgreSQL would merge equal notifications, so each has a number.
 */
export function noteWithoutRow(channel: string, number: number, text: string): string {
  return `${channel}\n${number} - ${text}`
}

const NOTE = /^([^\n]+)\n(\d+) (\d+|-) ?([TB]?)(.*)$/s

/** Parses a notification; undefined if it is from another program. */
export function parseNote(payload: string): Note | undefined {
  const [, channel, id, run, kind, rest = ''] = NOTE.exec(payload) ?? []
  if (channel === undefined) return undefined
  const row = run === '-' ? undefined : { id: Number(id), run: Number(run) }
  if (kind === '') return { channel, row, content: undefined }
  const content = kind === 'T' ? rest : new Uint8Array(globalThis.Buffer.from(rest, 'base64'))
  return { channel, row, content }
}
