// Runs what the documentation shows: the programs of README and SPEC and the examples of doc comments.
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'

// Inside the package, so that its own name resolves, and out of the compiled tests' way.
const FOLDER = path.resolve('build', 'docs')
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

/** What an example may use without importing it: everything public. */
const HEADER = [
  '',
  '/authentication',
  '/background',
  '/base64url',
  '/bytes',
  '/calls',
  '/channels',
  '/conditional',
  '/contentcodings',
  '/contentdisposition',
  '/convertors',
  '/denials',
  '/digests',
  '/endpoints',
  '/exceptionhandlers',
  '/forms',
  '/hosts',
  '/html',
  '/httpdates',
  '/interop/fromconnect',
  '/interop/fromnode',
  '/interop/fetchresponse',
  '/interop/fromfetch',
  '/interop/lightresponse',
  '/interop/tofetch',
  '/interop/proxy',
  '/interop/tonode',
  '/ipaddresses',
  '/mediatypes',
  '/methods',
  '/middleware/accesslog',
  '/middleware/authentication',
  '/middleware/basicauth',
  '/middleware/bearerauth',
  '/middleware/bodylimit',
  '/middleware/cachecontrol',
  '/middleware/cacheresponse',
  '/middleware/compress',
  '/middleware/cors',
  '/middleware/csrf',
  '/middleware/errors',
  '/middleware/etag',
  '/middleware/exceptions',
  '/middleware/health',
  '/middleware/httpsredirect',
  '/middleware/iprestrict',
  '/middleware/jwt',
  '/middleware/lint',
  '/middleware/mapresponsestart',
  '/middleware/mapscope',
  '/middleware/metrics',
  '/middleware/proxyheaders',
  '/middleware/ratelimit',
  '/middleware/requestid',
  '/middleware/secureheaders',
  '/middleware/servertiming',
  '/middleware/sessions',
  '/middleware/timeout',
  '/middleware/tracing',
  '/middleware/trustedhost',
  '/middleware/when',
  '/mimetypes',
  '/msgpack',
  '/observation',
  '/ranges',
  '/redis',
  '/responses',
  '/responsestart',
  '/routing',
  '/senders',
  '/servers/node',
  '/servers/workers',
  '/sessions',
  '/staticfiles',
  '/status',
  '/stores',
  '/templating',
  '/testclient',
  '/urls',
  '/websockets',
]

/** Examples are fragments: what they leave open is set by the stage, which is loaded first. */
async function examplePrograms(): Promise<Program[]> {
  const header = await importsOf(HEADER)
  const files = readdirSync('lib', { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(path.join('lib', file), 'utf8')
      const examples = [...source.matchAll(/^ *\* @example\n((?: *\*(?!\/| @).*\n)+)/gm)]
      return examples.map(([, lines = ''], index) => ({
        name: `example-${file.replace(/\.ts$/, '').replaceAll(/[\\/]/g, '-')}-${index + 1}`,
        source: `${header}\n${lines.replaceAll(/^ *\* ?/gm, '')}export {}\n`,
        output: '',
      }))
    })
}

/** Each name once, from the first module that has it. */
async function importsOf(subpaths: readonly string[]): Promise<string> {
  const seen = new Set<string>()
  const lines = [
    "import './stage.ts'",
    "import type { App, Middleware, PathParams } from './types.ts'",
  ]
  for (const subpath of subpaths) {
    const names = Object.keys(await import(`stellula${subpath}`)).filter((name) => !seen.has(name))
    for (const name of names) seen.add(name)
    if (names.length > 0) lines.push(`import { ${names.join(', ')} } from 'stellula${subpath}'`)
  }
  return lines.join('\n')
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
    outDir: './out',
    rootDir: '.',
  },
  include: ['./*.ts'],
}

const TYPES =
  "export type { App, Middleware } from 'stellula'\nexport type { PathParams } from 'stellula/routing'\n"

const programs = [...PAGES.flatMap(programsOf), ...(await examplePrograms())]

t.before(() => {
  rmSync(FOLDER, { recursive: true, force: true })
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
  writeFileSync(path.join(FOLDER, 'out', 'readme.js'), `${lines.join('\n')}\n`)

  const { status, output, errors } = await run(process.execPath, ['out/readme.js'])

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
  writeFileSync(
    path.join(FOLDER, 'out', 'examples.js'),
    `${RUNNER}\n${lines.join('\n')}\nprocess.exit()\n`,
  )

  const { status, errors } = await run(process.execPath, ['out/examples.js'])

  t.equal(errors, '')
  t.equal(status, 0)
})
