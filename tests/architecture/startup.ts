// How long a program takes to load the front door: modules, and milliseconds next to hono.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { choices, filesIn } from '../support/sources.ts'

const CHOICES = choices()
const MOST_MODULES = 60
/** The package has the modules of the front door in a few files. */
const MOST_FILES = 12
/** 0.9 were measured on a busy machine with Node 20 and 24; the rest is room for a busier one. */
const MOST_TIMES = 1.4
const MOST_ROUNDS = 30

/** Each module that is loaded with a file of a folder. */
function modulesWith(folder: string, file: string): string[] {
  const loaded = new Set([file])
  for (const each of loaded) {
    if (!each.endsWith('.js')) continue // a package, which is one file
    const source = readFileSync(path.join(folder, each), 'utf8')
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

t.test('the main entry loads few modules and no package', async (t) => {
  const modules = modulesWith('build/lib', 'index.js')
  t.ok(modules.length <= MOST_MODULES, `${modules.length} modules`)
  t.ok(modules.length > 30, 'the search finds them')
  const own = new Set(filesIn('lib').map((file) => file.replace(/\.ts$/, '.js')))
  const others = modules.filter((file) => !own.has(file))
  t.same(others.sort(), [])
})

/** What a program prints in a new process, without the hooks that the test runner puts into every child. */
async function printed(program: string): Promise<string> {
  const clean = ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '--eval', program]
  return (await promisify(execFile)('env', clean)).stdout
}

/** The milliseconds of CPU time that a new process takes to import a module: fewer depend on the machine's load. */
async function millisecondsOf(file: string): Promise<number> {
  const stdout = await printed(`const start = process.cpuUsage()
    await import('${pathToFileURL(file)}')
    const { user, system } = process.cpuUsage(start)
    console.log((user + system) / 1000)`)
  return Number(stdout)
}

/** What modules export, with the names that functions and classes have themselves. */
async function namesIn(folder: string, files: readonly string[]): Promise<unknown> {
  const urls = files.map((file) => pathToFileURL(path.join(folder, file)).href)
  const stdout =
    await printed(`const modules = await Promise.all(${JSON.stringify(urls)}.map((url) => import(url)))
    const own = (value) => (typeof value === 'function' ? value.name : typeof value)
    const names = modules.map((module) => Object.entries(module).map(([name, value]) => [name, own(value)]))
    console.log(JSON.stringify(names))`)
  return JSON.parse(stdout)
}

/** The compiled sources, joined as they are before the package is packed. */
async function joined(): Promise<string> {
  const folder = mkdtempSync(path.resolve('build/joined-'))
  const command = [process.execPath, '.ci/slim/join.js', 'build/lib', folder]
  await promisify(execFile)('env', ['-u', 'NODE_OPTIONS', ...command])
  copyFileSync('build/lib/package.json', path.join(folder, 'package.json'))
  return folder
}

t.test('the package joins the modules of the main entry', { timeout: 120_000 }, async (t) => {
  const folder = await joined()
  t.teardown(() => rmSync(folder, { recursive: true }))

  await t.test('it loads few files, as fast as hono', (t) => loadsFast(t, folder))
  await t.test('names stay as they are', (t) => keepsNames(t, folder))
})

async function loadsFast(t: Test, folder: string): Promise<void> {
  const files = modulesWith(folder, 'index.js')
  t.ok(files.length <= MOST_FILES, `${files.length} files`)
  const ours: number[] = []
  const theirs: number[] = []
  // The shortest times are the least disturbed; further rounds are for a machine that is busy.
  const ratio = (): number => Math.min(...ours) / Math.min(...theirs)
  while (ours.length < 5 || (ratio() > MOST_TIMES && ours.length < MOST_ROUNDS)) {
    ours.push(await millisecondsOf(path.join(folder, 'index.js')))
    theirs.push(await millisecondsOf('node_modules/hono/dist/index.js'))
  }
  const times = `${Math.min(...ours).toFixed(1)} ms, hono ${Math.min(...theirs).toFixed(1)} ms`
  t.ok(ratio() <= MOST_TIMES, `${times}, after ${ours.length} rounds`)
}

async function keepsNames(t: Test, folder: string): Promise<void> {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
  const shared = modulesWith('build/lib', 'index.js')
  const entries = Object.values<string>(exports)
    .map((file) => file.replace('./dist/', ''))
    .filter((file) => shared.includes(file))
  t.ok(entries.length > 5)
  t.same(await namesIn(folder, entries), await namesIn('build/lib', entries))
}
