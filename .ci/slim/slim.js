// Makes the built package small, without changing what it does: `node .ci/slim/slim.js`, before it is packed.
// Declarations that a user cannot reach go, and spaces that only people need where people do not read.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { keepReached } from './declarations.js'
import { shortDeclarations, withoutSpaces } from './spaces.js'

const HERE = path.dirname(fileURLToPath(import.meta.url))
const ROOT = path.resolve(HERE, '..', '..')
const DIST = path.join(ROOT, 'dist')

const { exports } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
const modules = Object.values(exports).filter((target) => target.endsWith('.js'))
const declarations = modules.map((file) => path.join(ROOT, file.replace(/\.js$/, '.d.ts')))

const biome = path.join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
const config = path.join(HERE, 'dist.biome.json')
const options = ['format', '--write', `--config-path=${config}`, '--vcs-enabled=false', DIST]
const { status } = spawnSync(process.execPath, [biome, ...options], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

keepReached(DIST, declarations)
for (const name of readdirSync(DIST, { recursive: true })) {
  const file = path.join(DIST, name)
  if (name.endsWith('.js')) change(file, withoutSpaces)
  else if (name.endsWith('.d.ts')) change(file, shortDeclarations)
}

function change(file, shorten) {
  writeFileSync(file, shorten(readFileSync(file, 'utf8')))
}
