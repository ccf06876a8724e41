// Compiles the documentation, what is shipped and the type tests with each supported TypeScript.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { documentedPrograms, writePrograms } from './documentation.ts'

/** The versions that are installed beside the one of the package. */
const VERSIONS = ['5.9.3', '6.0.3']

/**
 * TypeScript 5 infers the state of a lifespan that is written inside the options too late for the routes
 * beside it; there the lifespan is a function of its own, as in the documentation.
 */
const STATE_SINCE = 6

/** Inside the package, so that its own name resolves. */
const FOLDER = path.resolve('build', 'compilers')

/** The least that a user may have: no DOM, and every declaration checked. */
const LEAST = {
  compilerOptions: {
    ...{ target: 'es2022', lib: ['es2023'], types: ['node'], module: 'nodenext', strict: true },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
    ...{ moduleDetection: 'force', allowImportingTsExtensions: true, noEmit: true },
  },
  include: ['./*.ts'],
}

const TYPE_TESTS = { extends: '../../tsconfig.json', include: ['../../tests/types/*.ts'] }

/** Those with a lifespan inside the options, or a handler in place inside `requires()`. */
const NEWER = ['authentication', 'routes', 'state'].map((name) => `../../tests/types/${name}.ts`)

/** The compiler of a version, installed in the folder for temporary files; undefined without a network. */
function compilerOf(version: string): string | undefined {
  const home = path.join(tmpdir(), `stellula-typescript-${version}`)
  const compiler = path.join(home, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!existsSync(compiler)) {
    const options = ['--no-audit', '--no-fund', '--no-save', '--prefix', home]
    spawnSync('npm', ['install', ...options, `typescript@${version}`], { timeout: 120_000 })
  }
  return existsSync(compiler) ? compiler : undefined
}

/** A module that imports every shipped declaration. */
function everySubpath(): string {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object }
  const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'))
  return subpaths
    .map((subpath, index) => `export * as m${index} from 'stellula${subpath.slice(1)}'\n`)
    .join('')
}

/** The declarations of other packages, which some of them do not check themselves. */
const FOREIGN = /^(?:\.\.\/)*node_modules\/.*\n(?: .*\n)*/gm

/** Whether a compiler takes a project; prints what it says if it does not. */
function compiles(title: string, compiler: string, config: string): boolean {
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', config], {
    encoding: 'utf8',
  })
  const own = stdout.replaceAll(FOREIGN, '')
  const isGood = status === 0 || (stdout !== '' && own === '')
  console.log(`${isGood ? 'ok' : 'not ok'} ${title}`)
  if (!isGood) console.log(own)
  return isGood
}

function check(version: string, compiler: string): boolean {
  const documentation = path.join(FOLDER, 'tsconfig.json')
  const results = [compiles(`TypeScript ${version}: documentation`, compiler, documentation)]
  const isOld = Number.parseInt(version, 10) < STATE_SINCE
  const types = path.join(FOLDER, 'types.json')
  writeFileSync(types, JSON.stringify(isOld ? { ...TYPE_TESTS, exclude: NEWER } : TYPE_TESTS))
  results.push(compiles(`TypeScript ${version}: type tests`, compiler, types))
  return !results.includes(false)
}

writePrograms(FOLDER, await documentedPrograms(), LEAST)
writeFileSync(path.join(FOLDER, 'subpaths.ts'), everySubpath())

const OWN = path.resolve('node_modules', 'typescript', 'bin', 'tsc')
const { version: own } = JSON.parse(
  readFileSync(path.resolve('node_modules', 'typescript', 'package.json'), 'utf8'),
) as { version: string }
let isGood = check(own, OWN)
for (const version of VERSIONS) {
  const compiler = compilerOf(version)
  if (compiler === undefined) console.log(`skipped TypeScript ${version}: npm could not install it`)
  else isGood = check(version, compiler) && isGood
}
process.exit(isGood ? 0 : 1)
