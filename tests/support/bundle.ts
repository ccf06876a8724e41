/** Runs many test files in one process: starting a process costs more than most files take. */
import './nodomains.ts'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { filesIn } from './sources.ts'

/**
 * The first folders of the tests that each bundle runs. `alone` has the files that run alone, wherever
 * they are, and `units` all others. tap starts bundles by name: those that take long come early.
 */
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  advisories: ['advisories'],
  alone: [],
  architecture: ['architecture', 'docs'],
  bodies: ['forms', 'requests', 'responses', 'staticfiles', 'html', 'negotiation', 'pagination'],
  cli: ['cli', 'examples'],
  interop: ['interop'],
  middleware: ['middleware', 'authoring', 'authentication'],
  operations: ['operations', 'openapi', 'asyncapi', 'client'],
  routing: ['routing', 'layers', 'convertors', 'applications', 'endpoints', 'errors', 'problems'],
  servers: ['servers', 'protocol'],
  state: ['stores', 'redis', 'channels', 'testing'],
  units: [],
}

/** No test files: what tests share, what they are made of, and what runs them. */
const OTHERS = ['bundles', 'conformance', 'fixtures', 'soak', 'support', 'types']

/** A first line that begins so keeps a file in a process of its own; the rest of it says why. */
const ALONE = '// Runs alone: '

/** Processes at once in the bundle `alone`: most of them wait most of the time. */
const PROCESSES = 2

const NO_DOMAINS = new URL('./nodomains.js', import.meta.url).href

/** Without tap's own runner a process has 30 seconds, which a bundle takes on a busy machine. */
const LONGEST_MS = 600_000

/** The test files of a bundle: they share one process, but for those of `alone`. */
export function filesOf(bundle: string): string[] {
  return filesIn('tests').filter((file) => bundleOf(file) === bundle)
}

/** Runs the files of a bundle in this process, those of `alone` each in their own. */
export async function runBundle(bundle: string): Promise<void> {
  t.setTimeout(LONGEST_MS)
  if (bundle === 'alone') return runAlone(filesOf(bundle))
  for (const file of filesOf(bundle)) await import(compiled(file))
}

function runAlone(files: readonly string[]): void {
  t.jobs = PROCESSES
  for (const file of files) {
    const args = ['--enable-source-maps', '--import', NO_DOMAINS, compiled(file)]
    const env = { ...process.env, TAP_TIMEOUT: String(LONGEST_MS / 1000) }
    // Options of its own, since tap keeps the name in them.
    t.spawn(process.execPath, args, { buffered: true, timeout: LONGEST_MS, env }, file)
  }
}

function bundleOf(file: string): string | undefined {
  const folder = file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
  if (OTHERS.includes(folder)) return undefined
  if (isAlone(file)) return 'alone'
  return Object.keys(BUNDLES).find((name) => BUNDLES[name]?.includes(folder)) ?? 'units'
}

function isAlone(file: string): boolean {
  return readFileSync(path.join('tests', file), 'utf8').startsWith(ALONE)
}

function compiled(file: string): string {
  return path.resolve('build/tests', file.replace(/\.ts$/, '.js'))
}
