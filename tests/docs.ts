// Runs what the documentation shows: the programs of its pages and the examples of doc comments.
import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { compile } from './support/compiler.ts'
import { documentedPrograms, type Program, writePrograms } from './support/documentation.ts'

// Inside the package, so that its own name resolves, and out of the compiled tests' way.
const FOLDER = path.resolve('build', 'docs')
/** As deep as that, so that a relative path means the same before and after it was compiled. */
const OUT = path.resolve('build', 'docs-out')

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

const programs = await documentedPrograms()

t.before(() => {
  rmSync(OUT, { recursive: true, force: true })
  writePrograms(FOLDER, programs, CONFIG)
})

t.test('the documentation compiles', async (t) => {
  t.equal(await compile(FOLDER), '')
})

t.test('the programs of the pages print the output that is shown, and end', async (t) => {
  // One process for all, since starting Node takes longer than most of them. What sends a signal to it is last:
  // if the process goes on for long after that, the log says so.
  const endsProcess = (program: Program): number => Number(program.source.includes('process.kill('))
  const shown = programs
    .filter((program) => !program.name.startsWith('example'))
    .sort((one, other) => endsProcess(one) - endsProcess(other))
  t.ok(shown.length > 0)
  const lines = shown.map(({ name }) => `console.log('# ${name}')\nawait import('./${name}.js')`)
  writeFileSync(path.join(OUT, 'readme.js'), `${lines.join('\n')}\n`)

  const { status, output, errors } = await run(process.execPath, [path.join(OUT, 'readme.js')])

  t.equal(errors, '')
  t.equal(status, 0)
  t.same(
    output.split(/^(?=# [a-z]+(?:-[a-z]+)*-\d)/m),
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
