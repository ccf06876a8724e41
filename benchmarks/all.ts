// Runs every benchmark, one after the other, and draws the plots; each writes its own section of results.md.
//
//   npm run bench:all
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SCRIPTS = [
  ...['run', 'middleware', 'operations', 'transfers', 'routing', 'memory'],
  ...['sockets', 'socketmemory', 'mounted', 'runtimes', 'plainexchanges', 'redraw'],
]

let failed = 0
for (const script of SCRIPTS) {
  console.error(`== ${script}`)
  const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url))
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' })
  if (status !== 0) {
    failed++
    console.error(`${script} ended with ${status}; its section stays as it was.`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
