// What was measured, read back from results.md: it is the one record, and plots are drawn of it.

export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Section {
  readonly title: string
  /** The lines about the machine, the versions and the method. */
  readonly about: readonly string[]
  readonly tables: readonly Table[]
}

/** How fast a contender was, where raw is 1, with the least and the greatest of the sets of processes. */
export interface Speed {
  readonly scenario: string
  readonly contender: string
  readonly speed: number
  readonly least: number
  readonly greatest: number
}

/** The section of this name; undefined if it was not measured. */
export function sectionOf(results: string, name: string): Section | undefined {
  const marks = new RegExp(`<!-- ${name}: begin -->\\n([\\s\\S]*?)\\n<!-- ${name}: end -->`)
  const text = marks.exec(results)?.[1]
  if (text === undefined) return undefined
  const title = /^## (.+)$/m.exec(text)?.[1] ?? name
  const about = [...text.matchAll(/^\* (.+)$/gm)].map(([, line = '']) => line).slice(0, 4)
  return { title, about, tables: tablesOf(text) }
}

function tablesOf(text: string): Table[] {
  const blocks = text.match(/(?:^\|.*\|$\n?)+/gm) ?? []
  return blocks.map((block) => {
    const [header = [], , ...rows] = block.trim().split('\n').map(cellsOf)
    return { header, rows }
  })
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
}

/** The speeds of a section whose tables have a column "raw"; the spread is that of its last table. */
export function speedsOf({ tables }: Section): Speed[] {
  const spread = tables.find(({ rows }) => rows.some((row) => / to /.test(row[1] ?? '')))
  const measured = tables.filter(({ header }) => header.includes('raw'))
  return measured.flatMap((table) => table.rows.flatMap((row) => speedsIn(table, row, spread)))
}

function speedsIn({ header }: Table, row: readonly string[], spread: Table | undefined): Speed[] {
  const [scenario = ''] = row
  return header.flatMap((contender, column) => {
    const speed = Number.parseFloat(/^([\d.]+) \/ /.exec(row[column] ?? '')?.[1] ?? '')
    if (!Number.isFinite(speed)) return []
    const [least, greatest] = spreadOf(spread, scenario, contender) ?? [speed, speed]
    return [{ scenario, contender, speed, least, greatest }]
  })
}

function spreadOf(
  table: Table | undefined,
  scenario: string,
  contender: string,
): [number, number] | undefined {
  const cell = table?.rows.find(([name]) => name === scenario)?.[table.header.indexOf(contender)]
  const [, least, greatest] = /^([\d.]+) to ([\d.]+)$/.exec(cell ?? '') ?? []
  return least === undefined ? undefined : [Number(least), Number(greatest)]
}

export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** Nanoseconds to find a route with a parameter, the least of all runs, by the number of routes. */
export function routeCosts({ tables: [table] }: Section): Series[] {
  const { header = [], rows = [] } = table ?? {}
  return header.slice(1).map((name, index) => ({
    name,
    points: rows
      .filter(([label]) => / param$/.test(label ?? ''))
      .map((row) => [Number.parseInt(row[0] ?? '', 10), Number.parseFloat(row[index + 1] ?? '')]),
  }))
}

/** Megabytes by the number of open connections: after requests, and with what each connection adds. */
export function connectionMemory({ about, tables: [table] }: Section): Series[] {
  const { rows = [] } = table ?? {}
  // The bullet goes on in lines of its own.
  const open = Number(/([\d,]+) keep-alive/.exec(about.join(' '))?.[1]?.replace(',', '') ?? 2000)
  return rows.map(([name = '', , after = '', , perConnection = '']) => ({
    name,
    points: [
      [0, Number(after)],
      [open, Number(after) + (open * Number(perConnection)) / 1024],
    ],
  }))
}
