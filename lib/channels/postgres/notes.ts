/** What a notification says: `<channel>\n<kind><the rest>`. Names of channels have no control characters. */
import { encodeText } from '../../internal/bytes.ts'

/** PostgreSQL allows 7,999 bytes; a channel and an id take up to 1,060 of them. */
const MOST_BYTES = 6800

export interface Note {
  readonly channel: string
  /** The row of the message, and the table that counts it. */
  readonly row: { readonly id: number; readonly run: number } | undefined
  /** Undefined if only the row has it. */
  readonly content: string | Uint8Array | undefined
}

/**
 * A message as text: `T` and text, or `B` and base64, since a notification cannot have NUL. Undefined if
 * it is too long.
 */
export function inline(content: string | Uint8Array): string | undefined {
  if (content.length > MOST_BYTES) return undefined
  const isText = typeof content === 'string' && !content.includes('\0')
  const text = isText ? `T${content}` : `B${bufferOf(content).toString('base64')}`
  return encodeText(text).byteLength > MOST_BYTES ? undefined : text
}

/** The bytes of a message, which the client takes only as a Buffer. */
export function bufferOf(content: string | Uint8Array): Buffer {
  return globalThis.Buffer.from(typeof content === 'string' ? encodeText(content) : content)
}

/** Without a row; the number keeps equal ones apart, which PostgreSQL would join. */
export function passing(channel: string, number: number, text: string): string {
  return `${channel}\n${number} - ${text}`
}

const NOTE = /^([^\n]+)\n(\d+) (\d+|-) ?([TB]?)(.*)$/s

/** Undefined if it is not one of ours. */
export function parseNote(payload: string): Note | undefined {
  const [, channel, id, run, kind, rest = ''] = NOTE.exec(payload) ?? []
  if (channel === undefined) return undefined
  const row = run === '-' ? undefined : { id: Number(id), run: Number(run) }
  if (kind === '') return { channel, row, content: undefined }
  const content = kind === 'T' ? rest : new Uint8Array(globalThis.Buffer.from(rest, 'base64'))
  return { channel, row, content }
}
