// Runs what the documentation shows: the programs of README and SPEC and the examples of doc comments.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { filesIn } from './support/sources.ts'

// Inside the package, so that its own name resolves, and out of the compiled tests' way.
const FOLDER = path.resolve('build', 'docs')
/** As deep as that, so that a relative path means the same before and after it was compiled. */
const OUT = path.resolve('build', 'docs-out')
const TSC = path.resolve('node_modules', 'typescript', 'bin', 'tsc')

interface Program {
  readonly name: string
  readonly source: string
  /** What it prints, line by line, as the comments behind `// →` tell. */
  readonly output: string
}

/** The pages whose blocks are run. */
const PAGES = ['README.md', 'SPEC.md']

/** The blocks of a page, which stand in its order. */
function programsOf(page: string): Program[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)]
  return blocks.map(([, source = ''], index) => ({
    name: `${path.basename(page, '.md').toLowerCase()}-${index + 1}`,
    source,
    output: [...source.matchAll(/\/\/ → (.*)$/gm)].map(([, line = '']) => `${line}\n`).join(''),
  }))
}

/** What an example may use without importing it: everything public, the front door first. */
const SUBPATHS: readonly string[] = Object.keys(
  JSON.parse(readFileSync('package.json', 'utf8')).exports as object,
)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => subpath.slice(1))
  .filter((subpath) => !/^\/servers\/(?:bun|deno)$/.test(subpath))

/** Examples are fragments: what they leave open is set by the stage, which is loaded first. */
async function examplePrograms(): Promise<Program[]> {
  const names = await publicNames()
  const programs: Program[] = []
  for (const file of filesIn('lib')) {
    const source = readFileSync(path.join('lib', file), 'utf8')
    const examples = [...source.matchAll(/^ *\* @example\n((?: *\*(?!\/| @).*\n)+)/gm)]
    if (examples.length === 0) continue
    const header = [...HEADER, ...importsOf(names), await ownNames(file, names)].join('\n')
    for (const [index, [, lines = '']] of examples.entries()) {
      programs.push({
        name: `example-${file.replace(/\.ts$/, '').replaceAll('/', '-')}-${index + 1}`,
        source: `${header}\n${lines.replaceAll(/^ *\* ?/gm, '')}export {}\n`,
        output: '',
      })
    }
  }
  return programs
}

const HEADER = [
  "import './stage.ts'",
  "import type { App, Middleware, PathParams } from './types.ts'",
]

/** Each public name with the first module that has it. */
async function publicNames(): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const subpath of SUBPATHS) {
    for (const name of Object.keys(await import(`stellula${subpath}`))) {
      if (!names.has(name)) names.set(name, `stellula${subpath}`)
    }
  }
  return names
}

function importsOf(names: ReadonlyMap<string, string>): string[] {
  return [...new Set(names.values())].map((module) => {
    const own = [...names].filter(([, other]) => other === module).map(([name]) => name)
    return `import { ${own.join(', ')} } from '${module}'`
  })
}

/** An example of a private file may use what that file exports. */
async function ownNames(file: string, names: ReadonlyMap<string, string>): Promise<string> {
  const compiled = path.resolve('dist', file.replace(/\.ts$/, '.js'))
  const own = Object.keys(await import(compiled)).filter((name) => !names.has(name))
  return own.length === 0
    ? ''
    : `import { ${own.join(', ')} } from '../../dist/${file.replace(/\.ts$/, '.js')}'`
}

function run(
  command: string,
  args: readonly string[],
): Promise<{ status: number | null; output: string; errors: string }> {
  return new Promise((resolve) => {
    // The test runner puts hooks of its own into every child; these programs run as a user's would.
    const clean = ['-u', 'NODE_OPTIONS', command, ...args]
    const child = spawn('env', clean, { cwd: FOLDER, timeout: 60_000 })
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.on('close', (status) => resolve({ status, output, errors }))
  })
}

const CONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    noEmit: false,
    declaration: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    outDir: '../docs-out',
    rootDir: '.',
  },
  include: ['./*.ts'],
}

const TYPES =
  "export type { App, Middleware } from 'stellula'\nexport type { PathParams } from 'stellula/routing'\n"

const programs = [...PAGES.flatMap(programsOf), ...(await examplePrograms())]

t.before(() => {
  for (const folder of [FOLDER, OUT]) rmSync(folder, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(path.join(FOLDER, 'tsconfig.json'), JSON.stringify(CONFIG))
  writeFileSync(path.join(FOLDER, 'types.ts'), TYPES)
  writeFileSync(
    path.join(FOLDER, 'stage.ts'),
    readFileSync(path.join('tests', 'support', 'stage.txt')),
  )
  for (const { name, source } of programs) writeFileSync(path.join(FOLDER, `${name}.ts`), source)
})

t.test('the documentation compiles', async (t) => {
  const { status, output, errors } = await run(process.execPath, [TSC, '-p', '.'])

  t.equal(errors, '')

  t.equal(output, '')
  t.equal(status, 0)
})

t.test('the programs of the pages print what they say, and end', async (t) => {
  const shown = programs.filter((program) => !program.name.startsWith('example'))
  t.ok(shown.length > 0)
  // One process for all, since starting Node takes longer than most of them.
  const lines = shown.map(({ name }) => `console.log('# ${name}')\nawait import('./${name}.js')`)
  writeFileSync(path.join(OUT, 'readme.js'), `${lines.join('\n')}\n`)

  const { status, output, errors } = await run(process.execPath, [path.join(OUT, 'readme.js')])

  t.equal(errors, '')
  t.equal(status, 0)
  t.same(
    output.split(/^(?=# [a-z]+-\d)/m),
    shown.map((program) => `# ${program.name}\n${program.output}`),
  )
})

const RUNNER = `
async function run(name, throws) {
  const error = await import('./' + name + '.js').then(() => undefined, (thrown) => thrown)
  if (throws === (error !== undefined)) return
  console.error(name, error)
  process.exitCode = 1
}`

t.test('the examples of the doc comments run', async (t) => {
  const examples = programs.filter((program) => program.name.startsWith('example'))
  // One process for all: each is a module of its own, and starting Node takes longer than they do.
  // One that ends in a `throw` shows how an error is thrown.
  const lines = examples.map(
    ({ name, source }) => `await run('${name}', ${/^throw /m.test(source)})`,
  )
  writeFileSync(path.join(OUT, 'examples.js'), `${RUNNER}\n${lines.join('\n')}\nprocess.exit()\n`)

  const { status, errors } = await run(process.execPath, [path.join(OUT, 'examples.js')])

  t.equal(errors, '')
  t.equal(status, 0)
})
