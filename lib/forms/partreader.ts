/**
 * Reads what follows a boundary, by web standards alone: the headers of a part, its bytes, or the end.
 * It replaces busboy in bundles for the edge and browsers (the conditions `workerd`, `edge-light`,
 * `worker` and `browser`), which cannot load it, and reports the same events for the same bytes.
 */
import type { Fields, PartListener } from './busboyreader.ts'
import { decodeLatin1 } from './text.ts'

/** Maximum bytes of the headers of a part, as in Node; busboy counts two more for each field. */
const MOST_HEAD_BYTES = 16_384

const CR = 0x0d
const LF = 0x0a
const DASH = 0x2d
const END_OF_HEAD = '\r\n\r\n'

/** A field and its value, which may continue on lines that begin with a space or tab. */
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/

export class PartReader {
  readonly #listener: PartListener
  /** The expected input; `'dash'` and `'cr'` are the first of two bytes after a boundary. */
  #next: 'nothing' | 'boundary' | 'dash' | 'cr' | 'head' | 'content' = 'nothing'
  #head = ''
  /** Whether the last boundary was found. */
  complete = false

  constructor(_boundary: string, listener: PartListener) {
    this.#listener = listener
  }

  /** Takes bytes, and whether a boundary follows them. Bytes that are not safe are copied. */
  readonly tell = (
    isBoundary: boolean,
    data: Uint8Array,
    start: number,
    end: number,
    isSafe: boolean,
  ): void => {
    let at = start
    while (at < end && this.#next !== 'content' && this.#next !== 'nothing') {
      at = this.#next === 'head' ? this.#readHead(data, at, end) : this.#readMark(data, at)
    }
    if (at < end && this.#next === 'content') {
      const bytes = data.subarray(at, end)
      this.#listener.onContent(isSafe ? bytes : new Uint8Array(bytes))
    }
    if (!isBoundary) return
    if (this.#next === 'content') this.#listener.onContent(null)
    this.#next = 'boundary'
  }

  /** After a boundary, `--` is the end, and a line break begins a part; anything else is skipped. */
  #readMark(data: Uint8Array, at: number): number {
    const byte = data[at]
    if (this.#next === 'boundary' && (byte === DASH || byte === CR)) {
      this.#next = byte === DASH ? 'dash' : 'cr'
      return at + 1
    }
    this.complete = this.#next === 'dash' && byte === DASH
    const isHead = this.#next === 'cr' && byte === LF
    this.#next = isHead ? 'head' : 'nothing'
    return at + 1
  }

  /** Takes the bytes of the headers; returns where the content begins. */
  #readHead(data: Uint8Array, at: number, end: number): number {
    const before = this.#head.length
    const room = Math.min(end, at + MOST_HEAD_BYTES - before)
    this.#head += decodeLatin1(data.subarray(at, room))
    const found = this.#head.indexOf(END_OF_HEAD, Math.max(0, before - 3))
    if (found < 0) {
      if (this.#head.length === MOST_HEAD_BYTES) this.#listener.onMalformed()
      return room
    }
    const fields = fieldsOf(this.#head.slice(0, found))
    this.#head = ''
    if (fields === undefined) this.#listener.onMalformed()
    else this.#listener.onHead(fields)
    this.#next = 'content'
    return at + found + END_OF_HEAD.length - before
  }
}

/** The header fields by lower-case name; undefined if one is malformed. */
function fieldsOf(head: string): Fields | undefined {
  const fields: Record<string, string[]> = Object.create(null)
  for (const line of head.split(/\r\n(?![ \t])/)) {
    const match = FIELD.exec(line.replaceAll('\r\n', ''))
    if (match === null) return undefined
    const [, name = '', value = ''] = match
    const key = name.toLowerCase()
    fields[key] ??= []
    fields[key].push(value)
  }
  return fields
}
