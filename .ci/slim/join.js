// Joins the modules of the front door into a few files: `node .ci/slim/join.js FOLDER [TARGET]`.
// Node resolves every import of every module, which took two thirds of the time to load them.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FROM = path.resolve(process.argv[2] ?? path.join(ROOT, 'dist'))
const TO = path.resolve(process.argv[3] ?? FROM)

/**
 * What programs use without the front door. Bundlers find there no more of it than in single modules. The names of these
 * and of the folder, `f` for front, are short, because they are in 600 imports.
 */
const ALONE = { f: 'servers/fetch.js', h: 'http/headers.js' }
const IMPORT = /^(?:import|export) (?:[^;]*? from )?'([^']+)'/gm

const { exports, imports } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
const inFolder = (target) => path.posix.relative('dist', path.posix.normalize(target))
const choices = (name) => Object.values(imports[name]).map(inFolder)

const files = readdirSync(FROM, { recursive: true }).filter((name) => name.endsWith('.js'))
const links = new Map(files.map((file) => [file, linksOf(file)]))
const front = loadedWith('index.js')
const alone = Object.entries(ALONE).map(([name, file]) => ({ name, loaded: loadedWith(file) }))
const levels = new Map()
const chunks = new Map()
for (const file of front) chunks.set(path.join(FROM, file), `f/${groupOf(file)}`)
await write()

/** The files that one imports: itself, or one of those that a condition chooses. */
function linksOf(file) {
  const source = readFileSync(path.join(FROM, file), 'utf8')
  return [...source.matchAll(IMPORT)].flatMap(([, name]) => {
    if (name.startsWith('#')) return choices(name).map((to) => ({ to, isChosen: true }))
    const to = path.posix.join(path.posix.dirname(file), name)
    return name.startsWith('.') ? [{ to, isChosen: false }] : []
  })
}

function loadedWith(entry) {
  const loaded = new Set([entry])
  for (const file of loaded) {
    for (const { to, isChosen } of links.get(file)) if (!isChosen) loaded.add(to)
  }
  return loaded
}

/** How many choices by a condition are below a file. Those stay files, so what is above is not joined with what is below. */
function levelOf(file) {
  const known = levels.get(file)
  if (known !== undefined) return known
  const below = links.get(file).map(({ to, isChosen }) => levelOf(to) + (isChosen ? 1 : 0))
  const level = Math.max(0, ...below)
  levels.set(file, level)
  return level
}

function groupOf(file) {
  const users = alone.filter(({ loaded }) => loaded.has(file)).map(({ name }) => name)
  return [levelOf(file), ...users].join('-')
}

async function write() {
  const kept = [...Object.values(exports).map(inFolder), ...Object.keys(imports).flatMap(choices)]
  const input = files.filter((file) => !front.has(file) || kept.includes(file))
  const bundle = await rollup({
    input: Object.fromEntries(
      input.map((file) => [file.replace(/\.js$/, ''), path.join(FROM, file)]),
    ),
    external: (name) => !name.startsWith('.') && !path.isAbsolute(name),
    preserveEntrySignatures: 'strict',
    treeshake: false,
    onwarn: ({ code, message }) => {
      // In a helper of the compiler, which reckons with that.
      if (code !== 'THIS_IS_UNDEFINED') throw new Error(message)
    },
  })
  if (TO === FROM) for (const file of front) rmSync(path.join(FROM, file))
  await bundle.write({
    dir: TO,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    manualChunks: (file) => chunks.get(file),
    onlyExplicitManualChunks: true,
    hoistTransitiveImports: false,
    minifyInternalExports: false,
  })
}
