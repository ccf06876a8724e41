/**
 * Runs the tests of `npm test`, or with the argument `checks` those of `npm run check`. tap's own runner is left
 * to coverage: it puts hooks for coverage, TypeScript and mocks into the tests and into each process that they
 * start, which load every module through a thread; without them the tests take a third less.
 */
import './nodomains.ts'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { bundleNames, filesOf, runProcesses } from './bundle.ts'

/** Twice as many as a small machine has processors, because many tests wait. */
const PROCESSES = 4

/** What takes longest, longest first, so that nothing long is left for the end. */
const LONGEST: readonly string[] = [
  'bundles/browsers.ts',
  'bundles/cli.ts',
  'bundles/node.ts',
  'bundles/channels.ts',
  'bundles/advisories.ts',
  'bundles/servers.ts',
  'bundles/state.ts',
  'bundles/operations.ts',
  'servers/cluster.ts',
  'cli/processes.ts',
  'bundles/interop.ts',
  'bundles/units.ts',
]

/** What reads sources and documentation instead of running the library. */
const CHECKS = 'bundles/checks.ts'

/** What has passed within a bundle, and what surrounds it: on a terminal nobody reads 50,000 lines. */
const PASSED = /^ +(?:ok |# Subtest|1\.\.|# time=|$)/

if (process.stdout.isTTY) {
  t.register()
  const lines = createInterface({ input: t.pipe(new PassThrough()) })
  lines.on('line', (line) => PASSED.test(line) || console.log(line))
}

t.setTimeout(0)
runProcesses(process.argv[2] === 'checks' ? [CHECKS] : allButChecks(), PROCESSES)

function allButChecks(): string[] {
  const bundles = bundleNames().map((name) => `bundles/${name}.ts`)
  const all = [...bundles, ...filesOf('alone')].filter((file) => file !== CHECKS)
  return [...new Set([...LONGEST.filter((file) => all.includes(file)), ...all])]
}
