/** Writes rows as a table of columns. */
import type { Paint } from './terminal.ts'

/**
 * Formats rows as text. Columns that are empty in all rows are omitted, and so are spaces at the ends of
 * lines.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  { bold }: Paint,
): string {
  const columns = heads.flatMap((head, index) => {
    const cells = rows.map((row) => row[index] ?? '')
    if (cells.every((cell) => cell === '')) return []
    return [{ head, cells, width: Math.max(head.length, ...cells.map((cell) => cell.length)) }]
  })
  const line = (cellOf: (column: (typeof columns)[number]) => string): string =>
    columns
      .map((column) => cellOf(column).padEnd(column.width))
      .join('  ')
      .trimEnd()
  return [
    bold(line(({ head }) => head)),
    ...rows.map((_, index) => line(({ cells }) => cells[index] ?? '')),
  ].join('\n')
}
