// What does a request cost on Bun and on Deno, with Stellula and with Hono on the same runtime?
//
//   STELLULA_RUNTIMES=folder node benchmarks/build/runtimes.js [--sets 5] [--rounds 4] [--seconds 0.5]
//
// The folder is where `npm install @oven/bun-linux-x64 @deno/linux-x64-glibc` was called.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { parseArgs } from 'node:util'
import { connections, driver } from './load.ts'
import { effortOf, measureContest, methodOf, pairOptions } from './pairs.ts'
import { machine, machineLoad, saveGood, stellulaBuild, table } from './report.ts'

interface Runtime {
  file: string
  options: string[]
}

const known: Record<string, Runtime> = {
  bun: { file: '@oven/bun-linux-x64/bin/bun', options: ['run'] },
  deno: {
    file: '@deno/linux-x64-glibc/deno',
    options: ['run', '--quiet', '--no-lock', '--node-modules-dir=manual', '--allow-all'],
  },
}

const { values } = parseArgs({ options: pairOptions })
const effort = effortOf(values)
const loadBefore = machineLoad()
const build = stellulaBuild()
const folder = env['STELLULA_RUNTIMES'] ?? ''

const rows: string[][] = []
const rough: string[] = []
let isWhole = true
const remarks: string[] = []
for (const [name, { file, options }] of Object.entries(known)) {
  const path = join(folder, 'node_modules', file)
  if (folder === '' || !existsSync(path)) {
    remarks.push(`* ${name} was not there, and is left out`)
    isWhole = false
    continue
  }
  const version = /\d+\.\d+\.\d+/.exec(execFileSync(path, ['--version']).toString())?.[0]
  remarks.push(`* ${name} ${version}`)
  for (const scenario of ['hello', 'param'] as const) {
    const contest = {
      file: `runtimes/${name}`,
      sides: ['hono', 'stellula'] as const,
      scenario,
      runtime: [path, ...options],
    }
    for (const { cells, isRough } of await measureContest(contest, effort)) {
      rows.push([name, ...cells])
      if (isRough) rough.push(`${scenario} on ${name}`)
    }
    console.error(rows.at(-1)?.join(', '))
  }
}

const header = ['runtime', 'scenario', 'µs Hono', 'µs Stellula', 'times as much', 'by set']
const report = `## Other runtimes

${machine(['stellula', 'hono'])}
${remarks.join('\n')}
* ${methodOf(effort)}; ${driver}, ${connections} connections, keep-alive; load average before the start ${loadBefore}

Server CPU time per request with \`serve()\` of \`stellula/servers/bun\` and \`stellula/servers/deno\`,
against Hono by \`Bun.serve\` and \`Deno.serve\`. hello is a text, param a typed parameter that is answered as JSON.
Hono's parameter is a text, and made a number in the handler.

${rows.length === 0 ? 'Not measured: no other runtime was there.' : table(header, rows)}`
console.log(report)
saveGood({ name: 'runtimes', report, build, isWhole: isWhole || values.save, rough })
