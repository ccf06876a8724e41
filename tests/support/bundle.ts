/** Runs many test files in one process: starting a process costs more than most files take. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { filesIn } from './sources.ts'

/** The first folders of the tests that each bundle runs; `units` has all other files. */
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  advisories: ['advisories'],
  bodies: ['forms', 'requests', 'responses', 'staticfiles', 'html', 'negotiation', 'pagination'],
  interop: ['interop'],
  middleware: ['middleware', 'authoring', 'authentication'],
  routing: ['routing', 'layers', 'convertors', 'applications', 'endpoints', 'errors', 'problems'],
  servers: ['servers', 'protocol', 'cli'],
  operations: ['operations', 'openapi', 'asyncapi', 'client'],
  state: ['stores', 'redis', 'channels', 'testing'],
  units: [],
}

/** No test files: what tests share, what they are made of, and what runs them. */
const OTHERS = ['bundles', 'conformance', 'fixtures', 'support', 'types']

/** A first line that begins so keeps a file in a process of its own; the rest of it says why. */
const ALONE = '// Runs alone: '

/** Without tap's own runner a process has 30 seconds, which a bundle takes on a busy machine. */
const LONGEST_MS = 300_000

/** The test files of a bundle that share one process, and those that run alone. */
export function filesOf(bundle: string): { readonly together: string[]; readonly alone: string[] } {
  const files = filesIn('tests').filter((file) => bundleOf(file) === bundle)
  const alone = files.filter((file) => isAlone(file))
  return { together: files.filter((file) => !alone.includes(file)), alone }
}

/** Runs a bundle: its shared files in this process, the others each in their own. */
export async function runBundle(bundle: string): Promise<void> {
  t.setTimeout(LONGEST_MS)
  const { together, alone } = filesOf(bundle)
  for (const file of together) await import(compiled(file))
  for (const file of alone) {
    t.spawn(process.execPath, ['--enable-source-maps', compiled(file)], { buffered: true }, file)
  }
}

function bundleOf(file: string): string | undefined {
  const folder = file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
  if (OTHERS.includes(folder)) return undefined
  return Object.keys(BUNDLES).find((name) => BUNDLES[name]?.includes(folder)) ?? 'units'
}

function isAlone(file: string): boolean {
  return readFileSync(path.join('tests', file), 'utf8').startsWith(ALONE)
}

function compiled(file: string): string {
  return path.resolve('build/tests', file.replace(/\.ts$/, '.js'))
}
