/** Lists that are written line by line while they are produced: JSON lines and CSV. */

import { invalid, outOfRange } from '../internal/checks.ts'
import { Mapped } from '../internal/mapped.ts'
import { isSource, type Source } from '../internal/sources.ts'
import type { ResponseOptions } from './response.ts'
import { StreamingResponse } from './streaming.ts'

/**
 * Sends the items of an iterable as JSON, one per line (https://jsonlines.org), no faster than the client
 * accepts them. If the client disconnects, the iterable is closed.
 *
 * @throws TypeError if the content is not iterable, or while it is sent, if an item has no JSON form.
 * @example
 * async function* found() {
 *   for (let id = 0; id < 3; id++) yield { id }
 * }
 * new JSONLinesResponse(found())
 */
export class JSONLinesResponse extends StreamingResponse {
  static override readonly optionNames: string = 'status headers mediaType background'

  static override readonly mediaType: string = 'application/jsonl'

  constructor(items: Source<unknown>, options: ResponseOptions = {}) {
    assertSource('JSONLinesResponse', items)
    super(new Mapped(items, jsonLine), options)
  }
}

function jsonLine(item: unknown): string {
  const text: string | undefined = JSON.stringify(item)
  if (text !== undefined) return `${text}\n`
  throw invalid(
    'JSONLinesResponse',
    'an item must have a JSON form',
    item,
    'Yield null for "nothing"',
  )
}

/** A row of a table: its cells in order, or by the names of the columns. */
export type CSVRow = readonly unknown[] | Readonly<Record<string, unknown>>

export interface CSVOptions extends ResponseOptions {
  /** The names of the columns, which become the first line and choose the cells of objects (none). */
  columns?: readonly string[]
  /** The character between cells (','). */
  separator?: string
  /**
   * Whether to put an apostrophe before text that a spreadsheet would run as a formula: `=`, `+`, `-`, `@`, a
   * tab or a return at its start (true). Set it to false for programs that read the text.
   */
  guardFormulas?: boolean
}

/**
 * Sends the rows of an iterable as CSV (RFC 4180), no faster than the client accepts them. If the client
 * disconnects, the iterable is closed.
 *
 * A cell is text, a number, a boolean, a bigint or a Date (in ISO form); null and undefined are empty.
 *
 * @throws TypeError if the content is not iterable, or an object comes without `columns`, or a cell is of
 * another kind; RangeError if the separator is invalid.
 * @example
 * const rows = [{ id: 1, name: 'Ada "the first"' }, { id: 2, name: '=1+1' }]
 * const table = new CSVResponse(rows, { columns: ['id', 'name'] })
 * table.headers.set('content-disposition', contentDisposition('attachment', 'users.csv'))
 */
export class CSVResponse extends StreamingResponse {
  static override readonly optionNames: string =
    'status headers mediaType background columns separator guardFormulas'

  static override readonly mediaType: string = 'text/csv'

  constructor(rows: Source<CSVRow>, options: CSVOptions = {}) {
    const { columns, separator = ',', guardFormulas = true, ...others } = options
    assertSource('CSVResponse', rows)
    if (!/^[^"\r\n]$/.test(separator)) {
      const what = 'separator must be one character, and not a quote'
      throw outOfRange('CSVResponse', what, separator, "Write ',' or ';'")
    }
    const line = (cells: readonly unknown[]): string =>
      `${cells.map((cell) => cellOf(cell, separator, guardFormulas)).join(separator)}\r\n`
    super(new Mapped(withHead(rows, columns), (row) => line(cellsOf(row, columns))), others)
  }
}

/** Adds the names of the columns before the rows. Closing the result closes the rows. */
function withHead(rows: Source<CSVRow>, columns: readonly string[] | undefined): Source<CSVRow> {
  if (columns === undefined) return rows
  const inner = new Mapped(rows, (row) => row)
  let isFirst = true
  return {
    [Symbol.asyncIterator]: () => ({
      next(): Promise<IteratorResult<CSVRow>> {
        if (!isFirst) return inner.next()
        isFirst = false
        return Promise.resolve({ done: false, value: columns })
      },
      return: () => inner.return(),
    }),
  }
}

function cellsOf(row: unknown, columns: readonly string[] | undefined): readonly unknown[] {
  if (Array.isArray(row)) return row
  if (columns !== undefined && typeof row === 'object' && row !== null) {
    return columns.map((name) => (Object.hasOwn(row, name) ? Reflect.get(row, name) : undefined))
  }
  const fix = "Yield lists of cells, or objects with { columns: ['id'] }"
  throw invalid('CSVResponse', 'a row must be a list, or an object with columns', row, fix)
}

const FORMULA = /^[=+\-@\t\r]/

function cellOf(cell: unknown, separator: string, guards: boolean): string {
  const text = textOf(cell)
  const isRun = guards && typeof cell === 'string' && FORMULA.test(text)
  return quoted(isRun ? `'${text}` : text, separator)
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString()
  if (typeof cell === 'string' || typeof cell === 'number') return String(cell)
  if (typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell)
  throw invalid(
    'CSVResponse',
    'a cell must be text, a number or a date',
    cell,
    'Convert it to text',
  )
}

function quoted(text: string, separator: string): string {
  if (!/["\r\n]|^\s|\s$/.test(text) && !text.includes(separator)) return text
  return `"${text.replaceAll('"', '""')}"`
}

function assertSource(where: string, source: unknown): void {
  if (isSource(source)) return
  throw invalid(
    where,
    'the content must be iterable',
    source,
    'Pass a list, a generator or a stream',
  )
}
