/** Runs many test files in one process: starting a process costs more than most files take. */
import './nodomains.ts'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { filesIn } from './sources.ts'

/**
 * The folders of the tests that each bundle runs. If two bundles name a folder, the first one has its files.
 * `alone` has the files that run alone, and `browsers` those that show pages, wherever they are; `units` has all
 * others. `checks` reads sources and documentation instead of running the library, so it belongs to
 * `npm run check`.
 */
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  advisories: ['advisories'],
  alone: [],
  browsers: [],
  checks: ['architecture', 'docs'],
  bodies: ['forms', 'requests', 'responses', 'staticfiles', 'html', 'negotiation', 'pagination'],
  channels: ['channels'],
  cli: ['cli', 'examples'],
  interop: ['interop'],
  middleware: ['middleware', 'authoring', 'authentication'],
  node: ['servers/node', 'protocol'],
  operations: ['operations', 'openapi', 'asyncapi', 'client'],
  routing: ['routing', 'layers', 'convertors', 'applications', 'endpoints', 'errors', 'problems'],
  servers: ['servers'],
  state: ['stores', 'redis', 'testing'],
  units: [],
}

/** No test files: what tests share, what they are made of, and what runs them. */
const OTHERS = ['bundles', 'conformance', 'fixtures', 'soak', 'support', 'types']

/** A first line that begins so keeps a file in a process of its own; the rest of it says why. */
const ALONE = '// Runs alone: '

/** What shows pages: these files share one browser. */
const SHOWS_PAGES = /^import .* from '[./]+\/support\/windows\.ts'$/m

/** Processes at once in the bundle `alone`: most of them wait most of the time. */
const PROCESSES = 2

const NO_DOMAINS = new URL('./nodomains.js', import.meta.url).href

/** Without tap's own runner a process has 30 seconds, which a bundle takes on a busy machine. */
const LONGEST_MS = 600_000

/** All bundles whose files share a process. */
export function bundleNames(): string[] {
  return Object.keys(BUNDLES).filter((name) => name !== 'alone')
}

/** The test files of a bundle: they share one process, but for those of `alone`. */
export function filesOf(bundle: string): string[] {
  return filesIn('tests').filter((file) => bundleOf(file) === bundle)
}

/** Runs the files of a bundle in this process, those of `alone` each in their own. */
export async function runBundle(bundle: string): Promise<void> {
  t.setTimeout(LONGEST_MS)
  if (bundle === 'alone') runProcesses(filesOf(bundle), PROCESSES)
  else await importAll(filesOf(bundle))
}

/**
 * Once a process has a teardown, tap ends it when no test runs for a moment. Between two files on a busy machine
 * that moment comes before the last file, so teardowns wait for all files. What a file sets as its longest time
 * is for the file alone, and would end all that come after it.
 */
async function importAll(files: readonly string[]): Promise<void> {
  const { setTimeout, teardown } = t
  const waiting: Parameters<typeof teardown>[] = []
  t.setTimeout = () => {}
  t.teardown = (...given) => void waiting.push(given)
  for (const file of files) {
    await import(compiled(file))
    if (t.results !== undefined)
      throw new Error(`The tests ended before those of ${file} had begun.`)
  }
  t.setTimeout = setTimeout
  t.teardown = teardown
  for (const given of waiting) t.teardown(...given)
}

/**
 * Runs files of tests each in a process of its own, so many at once. tap adds an option of Node that measures
 * coverage in each of them, and in each process that they start: that doubles the time of all tests. So they get
 * the options that this process has, among which is that one if tap's runner started it to measure coverage.
 */
export function runProcesses(files: readonly string[], atOnce: number): void {
  t.jobs = atOnce
  const { NODE_OPTIONS } = process.env
  const options =
    NODE_OPTIONS === undefined ? ['-u', 'NODE_OPTIONS'] : [`NODE_OPTIONS=${NODE_OPTIONS}`]
  const node = [...options, process.execPath, '--enable-source-maps', '--import', NO_DOMAINS]
  const env = { ...process.env, TAP_TIMEOUT: String(LONGEST_MS / 1000) }
  for (const file of files) {
    // Options of its own, since tap keeps the name in them.
    t.spawn('env', [...node, compiled(file)], { buffered: true, timeout: LONGEST_MS, env }, file)
  }
}

function bundleOf(file: string): string | undefined {
  const isIn = (folder: string): boolean => file.startsWith(`${folder}/`) || file === `${folder}.ts`
  if (OTHERS.some(isIn)) return undefined
  const source = readFileSync(path.join('tests', file), 'utf8')
  if (source.startsWith(ALONE)) return 'alone'
  if (SHOWS_PAGES.test(source)) return 'browsers'
  return Object.keys(BUNDLES).find((name) => BUNDLES[name]?.some(isIn)) ?? 'units'
}

function compiled(file: string): string {
  return path.resolve('build/tests', file.replace(/\.ts$/, '.js'))
}
