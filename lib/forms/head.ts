/** The headers of a part of a multipart body. */
import { HTTPException } from '../exceptions.ts'
import type { Headers } from '../http/headers.ts'
import { decodeExtended, parseDisposition } from './disposition.ts'
import { encodeLatin1 } from './text.ts'

export interface PartHead {
  readonly name: string
  /** The file name given by the client; null if the part is a field. */
  readonly filename: string | null
  readonly contentType: string | null
  readonly headers: Headers
}

/** A field and its value, which may continue on lines that begin with a space or tab. */
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/

/**
 * The fields as a flat list, names in lower case; undefined if one is malformed.
 *
 * @param head One character per byte.
 */
export function fieldsOf(head: string): string[] | undefined {
  const list: string[] = []
  for (const line of head.split(/\r\n(?![ \t])/)) {
    const match = FIELD.exec(line.replaceAll('\r\n', ''))
    if (match === null) return undefined
    const [, name = '', value = ''] = match
    list.push(name.toLowerCase(), value.trimEnd())
  }
  return list
}

/**
 * Interprets the headers of a part.
 *
 * @param decode Decodes names, whose bytes are in the headers.
 * @throws HTTPException 400 unless there is exactly one name.
 */
export function headOf(headers: Headers, decode: (bytes: Uint8Array) => string): PartHead {
  const [disposition = '', ...others] = headers.getAll('content-disposition')
  // If the field is repeated, parsers disagree on which one to use.
  const read = others.length > 0 ? undefined : parseDisposition(disposition)
  if (read === undefined) {
    throw new HTTPException(400, 'The Content-Disposition header field "name" must be provided.')
  }
  const text = (bytes: string): string => (ASCII.test(bytes) ? bytes : decode(encodeLatin1(bytes)))
  const { name, filename, extended } = read
  const given = filename === null ? decodeExtended(extended) : text(filename)
  return {
    name: text(name),
    filename: given === null ? null : withoutDrive(given),
    contentType: headers.get('content-type'),
    headers,
  }
}

const ASCII = /^[\0-\x7f]*$/

/** Old browsers send the whole path: `C:\photos\me.png` becomes `me.png` (FM-24). */
function withoutDrive(filename: string): string {
  return /^(?:.:|\\)\\/.test(filename) ? filename.slice(filename.lastIndexOf('\\') + 1) : filename
}
