// Packs the package, installs it in a new project, and uses it there: what a user gets, not what lies here.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { apiReport } from './apireport.ts'
import { documentedPrograms, type Program } from './documentation.ts'
import { SHIPPED } from './release.ts'
import { entrySizes, sizeTable } from './sizes.ts'

/** In bytes, below 2 MB. Stack traces and editors show what is shipped, so names and lines are those of the sources. */
const LARGEST = 1_999_000

/**
 * What looks at a package as its users' tools do; the subpath for tracing has the types of its peer, and
 * the tutorial has its schemas by zod.
 */
const TOOLS = [
  ...['publint@0.3', '@arethetypeswrong/cli@0.18', 'typescript@6', '@types/node@20'],
  ...['@opentelemetry/api@1', 'zod@4'],
]

/** The versions of Node that run the programs: this one, and those that are given as arguments. */
const NODES = [process.execPath, ...process.argv.slice(2)]

interface Packed {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

let failed = 0

function tell(title: string, isGood: boolean, why = ''): void {
  console.log(`${isGood ? 'ok' : 'not ok'} ${title}`)
  if (isGood) return
  failed++
  console.log(why.trimEnd().replaceAll(/^/gm, '  '))
}

/** Runs a program to its end in the folder; gives what it wrote. */
function run(title: string, folder: string, command: string, ...args: readonly string[]): string {
  const options = { cwd: folder, encoding: 'utf8', timeout: 300_000 } as const
  const { status, stdout, stderr, error } = spawnSync(command, args, options)
  tell(title, status === 0, error?.message ?? stdout + stderr)
  return stdout
}

/** Imports every subpath; one that needs an optional peer names it, and nothing else is missing. */
function importing({ exports, peerDependencies }: Manifest): string {
  const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'))
  return `const peers = ${JSON.stringify(Object.keys(peerDependencies))}
for (const subpath of ${JSON.stringify(subpaths)}) {
  await import('stellula' + subpath.slice(1)).catch((error) => {
    const isPeer = error.code === 'ERR_MODULE_NOT_FOUND' && peers.some((name) => error.message.includes(name))
    if (!isPeer) throw error
  })
}
`
}

/** The declarations of every subpath, by the options of a user; ours are stricter. */
function everyDeclaration({ exports }: Manifest): string {
  const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'))
  return subpaths
    .map((subpath, index) => `export type * as m${index} from 'stellula${subpath.slice(1)}'\n`)
    .join('')
}

/** The names and types of a report: the declarations are formatted in another way once they are packed. */
function withoutFormat(report: string): string {
  return report.replace(/[\s;,|"'()]+/g, '')
}

const CONFIG = {
  compilerOptions: {
    ...{ target: 'es2022', lib: ['es2023'], types: ['node'], module: 'nodenext', strict: true },
    ...{ moduleDetection: 'force', skipLibCheck: false, outDir: 'built', rootDir: '.' },
  },
  include: ['*.ts'],
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(folder, name), content)
}

/** The first program of the README and the steps of the tutorial, as they print what their comments say. */
function runPrograms(folder: string, node: string, programs: readonly Program[]): void {
  const version = run(`${node} --version`, folder, node, '--version').trim()
  for (const { name, output } of programs) {
    const printed = run(`${name} on Node ${version}`, folder, node, `built/${name}.js`)
    tell(`what ${name} prints on Node ${version}`, printed === output, printed)
  }
}

// Before the package is built anew, which removes what this file was compiled to.
const programs = (await documentedPrograms()).filter(({ name }) =>
  /^(?:readme-1|tutorial-\d+)$/.test(name),
)
const folder = mkdtempSync(path.join(tmpdir(), 'stellula-packed-'))
try {
  const packed = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
    encoding: 'utf8',
  })
  tell('npm pack', packed.status === 0, packed.stderr)
  // The build writes lines of its own first.
  const [{ filename, unpackedSize, files }] = JSON.parse(
    packed.stdout.slice(packed.stdout.indexOf('[\n')),
  ) as [Packed]
  const size = `${(unpackedSize / 1e6).toFixed(2)} MB, ${files.length} files`
  tell(`unpacked: ${size}`, unpackedSize <= LARGEST, `More than ${LARGEST} bytes.`)
  const strange = files.filter((file) => !SHIPPED.test(file.path)).map((file) => file.path)
  tell('nothing else is shipped', strange.length === 0, strange.join('\n'))

  const reported = withoutFormat(readFileSync('tests/fixtures/api.md', 'utf8'))
  tell('every public declaration is shipped', withoutFormat(apiReport()) === reported)

  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  write(folder, {
    'package.json': '{ "name": "user", "private": true, "type": "module" }',
    'tsconfig.json': JSON.stringify(CONFIG),
    'imports.mjs': importing(manifest),
    ...Object.fromEntries(programs.map(({ name, source }) => [`${name}.ts`, source])),
    'declarations.ts': everyDeclaration(manifest),
  })
  const install = ['install', '--no-audit', '--no-fund', `./${filename}`]
  run('npm install', folder, 'npm', ...install)
  run('imports of all subpaths', folder, process.execPath, 'imports.mjs')
  run('npm install of the tools', folder, 'npm', ...install.slice(0, 3), ...TOOLS)
  run('tsc', folder, 'npx', 'tsc')
  for (const node of NODES) runPrograms(folder, node, programs)
  const version = run('stellula --version', folder, 'npx', 'stellula', '--version')
  tell('the version', /^\d+\.\d+\.\d+/.test(version), version)
  run('publint', folder, 'npx', 'publint', '--strict', 'node_modules/stellula')
  run('attw', folder, 'npx', 'attw', filename, '--profile', 'esm-only')
  console.log(sizeTable(await entrySizes(path.join(folder, 'node_modules', 'stellula'))))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed === 0 ? 0 : 1)
