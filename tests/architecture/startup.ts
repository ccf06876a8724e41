// How long a program takes to load the front door: modules, and milliseconds next to hono.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { choices, filesIn } from '../support/sources.ts'

const CHOICES = choices()
const MOST_MODULES = 54
/**
 * 1.8 to 2.1 were measured on a busy machine with Node 20, and 2.4 to 2.6 with Node 24, which has become
 * faster at loading few large files; the rest is room for a busier one.
 */
const MOST_TIMES = Number.parseInt(process.versions.node, 10) < 24 ? 2.2 : 2.8
const MOST_ROUNDS = 30

/** Each module that is loaded with a file, in the compiled package. */
function modulesWith(file: string): string[] {
  const loaded = new Set([file])
  for (const each of loaded) {
    if (!each.endsWith('.js')) continue // a package, which is one file
    const source = readFileSync(path.join('build/lib', each), 'utf8')
    for (const [, specifier = ''] of source.matchAll(
      /^(?:im|ex)port (?:[^;]*? from )?'([^']+)'/gm,
    )) {
      const chosen = CHOICES[specifier]?.['default']
      const isOwn = specifier.startsWith('.')
      const file = isOwn ? path.posix.join(path.posix.dirname(each), specifier) : specifier
      loaded.add(chosen?.replace(/\.ts$/, '.js') ?? file)
    }
  }
  return [...loaded]
}

t.test('the front door loads few modules, and two small packages', async (t) => {
  const modules = modulesWith('index.js')
  t.ok(modules.length <= MOST_MODULES, `${modules.length} modules`)
  t.ok(modules.length > 30, 'the search finds them')
  const own = new Set(filesIn('lib').map((file) => file.replace(/\.ts$/, '.js')))
  const others = modules.filter((file) => !own.has(file))
  t.same(others.sort(), [])
})

/** The milliseconds of CPU time that a new process takes to import a module: fewer depend on the machine's load. */
async function millisecondsOf(file: string): Promise<number> {
  const program = `const start = process.cpuUsage()
    await import('${pathToFileURL(file)}')
    const { user, system } = process.cpuUsage(start)
    console.log((user + system) / 1000)`
  // The test runner puts hooks of its own into every child.
  const clean = ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)('env', clean)
  return Number(stdout)
}

t.test('the front door takes no more than a few times as long as hono', async (t) => {
  const ours: number[] = []
  const theirs: number[] = []
  // The shortest times are the least disturbed; further rounds are for a machine that is busy.
  const ratio = (): number => Math.min(...ours) / Math.min(...theirs)
  while (ours.length < 5 || (ratio() > MOST_TIMES && ours.length < MOST_ROUNDS)) {
    ours.push(await millisecondsOf('build/lib/index.js'))
    theirs.push(await millisecondsOf('node_modules/hono/dist/index.js'))
  }
  const times = `${Math.min(...ours).toFixed(1)} ms, hono ${Math.min(...theirs).toFixed(1)} ms`
  t.ok(ratio() <= MOST_TIMES, `${times}, after ${ours.length} rounds`)
})
