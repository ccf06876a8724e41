/**
 * Replays the recorded exchanges against the reference apps, and counts.
 *
 * The recordings lie beside the repository, or in the folder that is given as argument; without them
 * there is nothing to do. With `bun`, `deno` or `workerd` as argument the apps are served there, by
 * `toFetch`; with `noshortcuts`, `tls`, `h2` or `h2c` by `serve`, in that way. What is in `pending.json`, or
 * for a runtime or a way in `runtimes.json`, may fail, and must be taken off it once it passes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtimes } from '../support/runtimes.ts'

/** What the apps are complete enough for. */
const AREAS = [
  'routing',
  'convertors',
  'url_for',
  'root_path',
  'hosts',
  'requests',
  'forms',
  'responses',
  'files',
  'exceptions',
  'endpoints',
  'background',
  'order',
  'base_middleware',
  'templates',
  'static',
  'sessions',
  'auth',
  'cors',
  'trustedhost',
  'httpsredirect',
  'gzip',
  'combo',
  'websocket',
]

interface Result {
  id: string
  note: string
  state: 'passed' | 'deviating' | 'failed' | 'skipped'
  diffs: string[]
}

const RUNTIMES = ['bun', 'deno', 'workerd'] as const

/** How `serve` is reached, instead of by plain HTTP/1.1. */
const WAYS = ['noshortcuts', 'tls', 'h2', 'h2c']

/** What a runtime is known not to do. */
interface Differences {
  /** Areas that make no sense there. */
  readonly areas?: Readonly<Record<string, readonly string[]>>
  /** Cases, by the reason why. */
  readonly cases: Readonly<Record<string, readonly string[]>>
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const args = process.argv.slice(2)
const runtime = RUNTIMES.find((name) => args.includes(name))
const way = WAYS.find((name) => args.includes(name))
const recordings =
  args.find((arg) => arg !== runtime && arg !== way) ?? join(root, '../shared/conformance')
const differences = differencesOf(runtime ?? way)
const command = commandFor(runtime)

if (!existsSync(join(recordings, 'replay.mjs'))) {
  console.log(`conformance: skipped, there are no recordings in ${recordings}`)
} else if (command === undefined) {
  console.log(`conformance: skipped, ${runtime} is not there, see STELLULA_RUNTIMES`)
} else {
  process.exitCode = report(replay(command), new Set(Object.values(differences.cases).flat()))
}

/** What serves the apps, or undefined when it is not installed. */
function commandFor(name: (typeof RUNTIMES)[number] | undefined): string | undefined {
  const file = (program: string): string => fileURLToPath(new URL(program, import.meta.url))
  const node = `"${process.execPath}" --enable-source-maps`
  if (name === undefined) return `${node} "${file('serve.js')}" ${way ?? ''}`
  const binary = runtimes()[name]
  if (binary === undefined) return undefined
  if (name === 'workerd') return `${node} "${file('serveworker.js')}"`
  return `"${binary}" ${name === 'deno' ? 'run --allow-all' : ''} "${file('servefetch.js')}"`
}

function differencesOf(name: string | undefined): Differences {
  const read = (file: string) =>
    JSON.parse(readFileSync(join(root, 'tests/conformance', file), 'utf8'))
  const pending: Differences = { cases: read('pending.json') }
  if (name === undefined) return pending
  const { areas, cases }: Differences = read('runtimes.json')[name] ?? { cases: {} }
  return { ...(areas && { areas }), cases: { ...pending.cases, ...cases } }
}

function replay(serve: string): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'stellula-conformance-'))
  const output = join(folder, 'results.json')
  const absent = Object.values(differences.areas ?? {}).flat()
  try {
    const run = spawnSync(
      process.execPath,
      [
        join(recordings, 'replay.mjs'),
        ...['--vectors', join(recordings, 'vectors')],
        ...['--deviations', join(recordings, 'deviations.json')],
        ...['--serve', serve],
        ...['--area', AREAS.filter((area) => !absent.includes(area)).join(',')],
        ...['--json', output],
      ],
      // The apps throw on purpose: their stderr is shown only when nothing else tells of a fault.
      { encoding: 'utf8', maxBuffer: 100_000_000 },
    )
    if (!existsSync(output)) throw new Error(`the replay failed:\n${run.stdout}${run.stderr}`)
    return JSON.parse(readFileSync(output, 'utf8')).cases
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Prints what is wrong and the sum; the exit code. */
function report(results: readonly Result[], pending: ReadonlySet<string>): number {
  const failed = results.filter(({ id, state }) => state === 'failed' && !pending.has(id))
  const done = results.filter(({ id, state }) => state !== 'failed' && pending.has(id))
  const passed = results.filter(({ state }) => state === 'passed' || state === 'deviating')
  const waiting = results.filter(({ id, state }) => state === 'failed' && pending.has(id))
  for (const { id, note, diffs } of failed) {
    console.log(`FAILED ${id} ${note}`)
    for (const diff of diffs) console.log(`  ${diff.replaceAll('\n', '\n  ')}`)
  }
  for (const { id } of done) console.log(`PASSED ${id}: take it off the list in tests/conformance`)
  console.log(`${passed.length} passed, ${failed.length} failed, ${waiting.length} pending`)
  return failed.length + done.length === 0 ? 0 : 1
}
