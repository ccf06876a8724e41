// Where do results go, and on which machine were they measured?

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { writePlots } from './plots/write.ts'

const resultsFile = new URL('../results.md', import.meta.url)

const preface = `# Results

Written by the scripts, each its own section; do not edit.

<!-- servers: begin -->
<!-- servers: end -->

<!-- servers-node24: begin -->
<!-- servers-node24: end -->

<!-- middleware: begin -->
<!-- middleware: end -->

<!-- operations: begin -->
<!-- operations: end -->

<!-- stack: begin -->
<!-- stack: end -->

<!-- files: begin -->
<!-- files: end -->

<!-- transfers: begin -->
<!-- transfers: end -->

<!-- routing: begin -->
<!-- routing: end -->

<!-- memory: begin -->
<!-- memory: end -->

<!-- sockets: begin -->
<!-- sockets: end -->

<!-- socketmemory: begin -->
<!-- socketmemory: end -->

<!-- mounted: begin -->
<!-- mounted: end -->

<!-- runtimes: begin -->
<!-- runtimes: end -->
`

export interface Result {
  /** The name of its section. */
  name: string
  report: string
  /** The build of Stellula when the measurement began. */
  build: string
  /** Whether it has all that the section has, or is wanted even so. */
  isWhole: boolean
  /** Where sets of processes disagree by more than there is to see. */
  rough: string[]
}

/** Saves a section, unless that would replace good numbers by a part, by those of two builds, or by noise. */
export function saveGood({ name, report, build, isWhole, rough }: Result): void {
  if (stellulaBuild() !== build) {
    console.error('Not saved: Stellula was built anew in the meantime, so two builds are mixed.')
  } else if (rough.length > 0) {
    console.error(
      `Not saved: the sets disagree by more than there is to see, in ${rough.join(', ')}.`,
    )
    console.error('Measure again on a quieter machine, or with more rounds.')
  } else if (isWhole) saveSection(name, report)
}

/** Puts a section in the place of its former self, or at the end of the file, and draws the plots anew. */
function saveSection(name: string, markdown: string): void {
  const begin = `<!-- ${name}: begin -->`
  const end = `<!-- ${name}: end -->`
  const section = `${begin}\n${markdown.trim()}\n${end}`
  const present = existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : preface
  const from = present.indexOf(begin)
  const to = present.indexOf(end)
  const updated =
    from === -1 || to === -1
      ? `${present.trimEnd()}\n\n${section}\n`
      : present.slice(0, from) + section + present.slice(to + end.length)
  writeFileSync(resultsFile, updated)
  writePlots(new URL('../../', import.meta.url))
}

export function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Nothing that names this machine or its folders. */
export function machine(packages: string[]): string {
  const [processor] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const date = new Date().toISOString().slice(0, 10)
  const versions = packages.map((name) => `${name} ${versionOf(name)}`)
  return [
    `* ${date}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `* ${cpus().length} cores, ${processor?.model ?? 'unknown'}, ${memory} GiB`,
    ...(versions.length === 0 ? [] : [`* ${versions.join(', ')}`]),
  ].join('\n')
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return name === 'stellula' ? `${version} (build ${stellulaBuild()})` : version
}

/** Changes with every byte of Stellula's build, which the version alone does not. */
export function stellulaBuild(): string {
  const folder = new URL('../node_modules/stellula/dist/', import.meta.url)
  const hash = createHash('sha256')
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  for (const file of files.filter((name) => name.endsWith('.js')).sort()) {
    hash.update(file).update(readFileSync(new URL(file, folder)))
  }
  return hash.digest('hex').slice(0, 8)
}

/** How busy the machine is with other things, which is best asked before the first measurement. */
export function machineLoad(): string {
  return loadavg()[0]?.toFixed(1) ?? 'unknown'
}

/** Two digits after the point, or a dash for what was not measured. */
export function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}
