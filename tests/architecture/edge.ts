// What bundles for the edge contain: nothing of Node's, no optional peer, and not too much.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import t from 'tap'
import { choices, EDGE_CONDITIONS, filesIn } from '../support/sources.ts'

const CHOICES = choices()

/** All that a bundler meets from these files on: what is imported at once, or once it is needed. */
function reachedFrom(entries: readonly string[], condition: string) {
  const files = new Set(entries)
  const others = new Set<string>()
  for (const file of files) {
    const source = readFileSync(path.join('lib', file), 'utf8')
    // Types are gone by then, and what an example in a comment imports is the reader's.
    for (const [, statement, dynamic] of source.matchAll(
      /^(?:im|ex)port (?!type )(?:[^;]*? from )?'([^']+)'|^(?! \*).*?(?<!typeof )\bimport\('([^']+)'\)/gm,
    )) {
      const specifier = statement ?? dynamic ?? ''
      const chosen = CHOICES[specifier]?.[condition] ?? CHOICES[specifier]?.['default']
      if (chosen !== undefined) files.add(chosen)
      else if (!specifier.startsWith('.')) others.add(specifier)
      else files.add(path.posix.join(path.posix.dirname(file), specifier))
    }
  }
  return { files: [...files], others: [...others].sort() }
}

/** What an application for the edge begins with. */
const ENTRIES = [
  'index.ts',
  'responses.ts',
  'routing.ts',
  'servers/fetch.ts',
  'interop/fromfetch.ts',
  'servers/workers.ts',
]

t.test('an application imports no module of Node and no optional peer', async (t) => {
  for (const condition of EDGE_CONDITIONS) {
    const { files, others } = reachedFrom(ENTRIES, condition)
    t.same(others, [], condition)
    for (const file of ['forms/nodisk.ts', 'responses/file/nodisk.ts']) {
      t.ok(files.includes(file), `${condition}: ${file}`)
    }
  }
  const { files: ofClient, others: withClient } = reachedFrom(['client.ts'], 'browser')
  t.ok(
    ofClient.length > 1 && ofClient.every((file) => /^client[./]/.test(file)),
    'a client is alone',
  )
  t.same(withClient, [])
  const { others } = reachedFrom(ENTRIES, 'default')
  t.ok(
    others.includes('node:fs') && others.includes('mime-types'),
    'the search finds what is there',
  )
})

t.test('each replaced module has a file for every condition, with the same exports', async (t) => {
  const files = filesIn('lib')
  for (const [name, targets] of Object.entries(CHOICES)) {
    t.same(Object.keys(targets), [...EDGE_CONDITIONS, 'default'], name)
    for (const target of Object.values(targets)) t.ok(files.includes(target), `${name}: ${target}`)
  }
})

t.test('the package and its sources choose the same modules', async (t) => {
  const { imports } = JSON.parse(readFileSync('package.json', 'utf8'))
  const { imports: own } = JSON.parse(readFileSync('lib/package.json', 'utf8'))
  t.same(JSON.parse(JSON.stringify(imports).replaceAll('"./dist/', '"./')), own)
})

/** The sources of the package, as they are built here, under its name. */
const PACKAGE: Plugin = {
  name: 'package',
  setup({ onResolve }) {
    onResolve({ filter: /^stellula(?:\/|$)/ }, ({ path: specifier }) => ({
      path: path.resolve('build/lib', `${specifier.slice('stellula/'.length) || 'index'}.js`),
      sideEffects: false,
    }))
  },
}

interface Size {
  readonly bytes: number
  readonly gzip: number
}

/** The size of a program in one file, minified. */
async function sizeOf(program: string, condition: string): Promise<Size> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: program, resolveDir: path.resolve('build') },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: [condition],
    plugins: [PACKAGE],
    logLevel: 'silent',
  })
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'))
  const [{ contents } = { contents: new Uint8Array(0) }] = outputFiles
  return { bytes: contents.byteLength, gzip: gzipSync(contents).byteLength }
}

/** The most that programs may have, in bytes and bytes of gzip. */
const BUDGETS: [what: string, program: string, most: Size][] = [
  [
    'an application with two routes',
    `import { Application, JSONResponse, PlainTextResponse, Route } from 'stellula'
     import { toFetch } from 'stellula/servers/fetch'
     const routes = [
       Route('/', () => new PlainTextResponse('hello')),
       Route('/users/{id:int}', (request) => new JSONResponse(request.pathParams)),
     ]
     export default { fetch: toFetch(Application({ routes })) }`,
    { bytes: 112_000, gzip: 40_000 },
  ],
  [
    'an app without a router',
    `import { toFetch } from 'stellula/servers/fetch'
     export default { fetch: toFetch(async (scope, receive, send) => {}) }`,
    { bytes: 29_200, gzip: 11_000 },
  ],
  [
    'a client',
    "import { client } from 'stellula/client'\nclient('https://example.org')('GET /')",
    { bytes: 3_900, gzip: 2_000 },
  ],
]

t.test('a bundle for the edge has no externals and stays within its size limit', async (t) => {
  for (const [what, program, most] of BUDGETS) {
    for (const condition of EDGE_CONDITIONS) {
      const { bytes, gzip } = await sizeOf(program, condition)
      t.ok(bytes <= most.bytes && gzip <= most.gzip, `${what}: ${bytes} bytes, ${gzip} as gzip`)
    }
  }
})
