/**
 * Replays the recorded exchanges against the reference apps, and counts.
 *
 * The recordings lie beside the repository, or in the folder that is given as argument; without them
 * there is nothing to do. What is in `pending.json` may fail, and must be taken off it once it passes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

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

const root = fileURLToPath(new URL('../../../', import.meta.url))
const recordings = process.argv[2] ?? join(root, '../shared/conformance')

if (existsSync(join(recordings, 'replay.mjs'))) process.exitCode = report(replay(), readPending())
else console.log(`conformance: skipped, there are no recordings in ${recordings}`)

function replay(): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'stellula-conformance-'))
  const output = join(folder, 'results.json')
  const serve = fileURLToPath(new URL('serve.js', import.meta.url))
  try {
    const run = spawnSync(
      process.execPath,
      [
        join(recordings, 'replay.mjs'),
        ...['--vectors', join(recordings, 'vectors')],
        ...['--deviations', join(recordings, 'deviations.json')],
        ...['--serve', `"${process.execPath}" --enable-source-maps "${serve}"`],
        ...['--area', AREAS.join(',')],
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

function readPending(): Set<string> {
  const text = readFileSync(join(root, 'tests/conformance/pending.json'), 'utf8')
  const byReason: Record<string, string[]> = JSON.parse(text)
  return new Set(Object.values(byReason).flat())
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
  for (const { id } of done) console.log(`PASSED ${id}: take it off tests/conformance/pending.json`)
  console.log(`${passed.length} passed, ${failed.length} failed, ${waiting.length} pending`)
  return failed.length + done.length === 0 ? 0 : 1
}
