// The house rules that a machine can check: imports point down, files stay small, exports match files.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { VIEWERS } from '../lib/openapi/viewers.ts'
import { choices, filesIn, importsOf, laterImportsOf } from './support/sources.ts'

const MOST_LINES = 300
const ASSIGNED_FUNCTION =
  /^ *[\w.#[\]]+\.#?\w+ (?:\?\?|\|\|)?= \(?(?:async )?(?:function\b|\([^()]*\)(?:: [^=]+)? =>|\w+ =>)/m

const files = filesIn('lib')
const CHOICES = choices()

/** The files of lib that a file imports, types included. */
function targetsOf(file: string): string[] {
  return importsOf(file).flatMap((specifier) => {
    if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(file), specifier)
    return Object.values(CHOICES[specifier] ?? {})
  })
}

/** The first import cycle that a depth-first walk from this file meets, or undefined. */
function cycleFrom(
  file: string,
  above: readonly string[],
  done: Set<string>,
): string[] | undefined {
  if (above.includes(file)) return [...above.slice(above.indexOf(file)), file]
  if (done.has(file)) return undefined
  for (const target of targetsOf(file)) {
    const cycle = cycleFrom(target, [...above, file], done)
    if (cycle !== undefined) return cycle
  }
  done.add(file)
  return undefined
}

/**
 * The floors of lib, from the ground up: files and folders (with a slash) import from their own floor
 * only within one folder, and otherwise from the floors below.
 */
const FLOORS = [
  'types types/',
  'internal/',
  'http/',
  'exceptions exceptions/',
  'background workerthreads lifespan lifespan/ convertors convertors/ redis redis/',
  'stores stores/',
  'channels channels/',
  'protocol/ connections body html html/',
  'forms forms/',
  'responses responses/',
  'requests websockets websockets/',
  'dependencies dependencies/',
  'templating templating/ negotiation msgpack msgpack/',
  'errors/',
  'authoring/',
  'layers/',
  'routing routing/ authentication/ problems problems/',
  'middleware/ authoring',
  'staticfiles staticfiles/ applications operations operations/',
  'endpoints endpoints/ pagination pagination/ openapi openapi/ client client/ config config/ events events/ flash htmx htmx/ signedcookies',
  'asyncapi asyncapi/',
  'servers/',
  'interop/',
  'testing/',
  'index',
  'cli cli/',
].map((floor) => floor.split(' '))

/** The room of a file: its first folder, with the file of that name, or the file itself. */
function roomOf(file: string): string {
  return file.replace(/\.ts$|\/.*$/g, '')
}

function floorOf(file: string): number {
  const name = file.includes('/') ? `${roomOf(file)}/` : roomOf(file)
  return FLOORS.findIndex((floor) => floor.includes(name))
}

t.test('every file has a floor, and imports only from lower floors', async (t) => {
  for (const file of files) {
    t.ok(floorOf(file) >= 0, file)
    for (const target of targetsOf(file)) {
      if (roomOf(target) === roomOf(file) || floorOf(target) < floorOf(file)) continue
      t.fail(`${file} imports ${target}, which is not below it`)
    }
  }
})

t.test('imports form no cycle, types included', async (t) => {
  const done = new Set<string>()
  for (const file of files) t.same(cycleFrom(file, [], done) ?? [], [], file)
})

/**
 * V8 allocates a function in old space that is written where it is assigned to a property, as those of
 * prototypes are. There it keeps all that it sees until a full collection, so that a request outlives
 * its answer (measured on Node 20: a half more for a small one). A name of its own, a method, or a field
 * of a class does not have that.
 */
t.test('no anonymous function is assigned to a property', async (t) => {
  for (const file of files) {
    t.notOk(ASSIGNED_FUNCTION.test(readFileSync(path.join('lib', file), 'utf8')), file)
  }
})

t.test('a middleware imports no other middleware', async (t) => {
  for (const file of files.filter((name) => name.startsWith('middleware/'))) {
    const own = file.split('/')[1]?.replace(/\.ts$/, '')
    const others = importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => path.posix.join(path.posix.dirname(file), specifier))
      .filter((target) => target.startsWith('middleware/'))
      .filter((target) => target.split('/')[1]?.replace(/\.ts$/, '') !== own)
    t.same(others, [], file)
  }
})

t.test('only the known packages are imported', async (t) => {
  const packages = files
    .flatMap((file) => [...importsOf(file), ...laterImportsOf(file)])
    .filter((specifier) => !/^(?:\.|#|node:)/.test(specifier))
  const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const known = Object.keys({ ...dependencies, ...peerDependencies })
  // Whose files are sent to browsers, and not imported.
  const shown = Object.values(VIEWERS).map((viewer) => viewer.package)
  t.same([...new Set([...packages, ...shown])].sort(), known.sort())
})

t.test('classes that fetch has too are imported explicitly', async (t) => {
  for (const file of files) {
    const source = readFileSync(path.join('lib', file), 'utf8')
    const imported = [...source.matchAll(/^import (?:type )?\{([^}]*)\}/gm)]
    const declared = [...source.matchAll(/^export class (\w+)/gm)]
    const known = [...imported, ...declared].map(([, names]) => names).join(' ')
    const uses = [...source.matchAll(/(?<![.\w])new (Headers|Request|Response|WebSocket)\b/g)]
    for (const [, name = ''] of uses) {
      t.match(known, new RegExp(`\\b${name}\\b`), `${file} uses ${name} without importing it`)
    }
  }
})

t.test('no file is longer than the limit', async (t) => {
  for (const folder of ['lib', 'tests', 'benchmarks', 'examples']) {
    for (const file of filesIn(folder)) {
      const lines = readFileSync(path.join(folder, file), 'utf8').split('\n').length - 1
      if (lines > MOST_LINES) t.fail(`${folder}/${file} has ${lines} lines`)
    }
  }
})

t.test('every export is a file of lib and has one subpath', async (t) => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
  const { './package.json': _manifest, ...subpaths } = exports as Record<string, string>
  const exported = Object.values(subpaths).map((target) =>
    target.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts'),
  )
  t.same(
    exported.filter((file) => !files.includes(file)),
    [],
  )
  t.equal(new Set(exported).size, exported.length)
})

t.test('no code is left unfinished or unchecked', async (t) => {
  const unfinished = new RegExp(['TO' + 'DO', 'FIX' + 'ME', '@ts-' + 'ignore'].join('|'))
  for (const folder of ['lib', 'tests', 'examples']) {
    for (const file of filesIn(folder)) {
      const text = readFileSync(path.join(folder, file), 'utf8')
      if (unfinished.test(text)) t.fail(`${folder}/${file}`)
    }
  }
})

t.test('the advisories that SECURITY.md lists are those of the tests', async (t) => {
  const table = readFileSync('SECURITY.md', 'utf8')
  for (const file of filesIn('tests/advisories')) {
    const row = table.split('\n').find((line) => line.includes(`(tests/advisories/${file})`)) ?? ''
    const source = readFileSync(path.join('tests/advisories', file), 'utf8')
    const ids = source.match(/CVE-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3}/g) ?? []
    t.same(
      [...new Set(row.split('|')[3]?.trim().split(', '))].sort(),
      [...new Set(ids)].sort(),
      file,
    )
  }
})
