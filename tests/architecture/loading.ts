// What is loaded with what: runtimes without Node's modules can load the front door, and what serves them.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import t from 'tap'
import { VIEWERS } from '../../lib/openapi/viewers.ts'
import { choices, filesIn, importsOf, laterImportsOf } from '../support/sources.ts'

const CHOICES = choices()

/** Files that are loaded when something is first done that only Node can do. */
const NODE_ONLY = [
  'authentication/secrets.ts',
  'config/files.ts',
  'internal/digests.ts',
  'internal/vault.ts',
  'forms/spool.ts',
  'middleware/compress/encoders.ts',
  'middleware/decompress/decoders.ts',
  'middleware/decompress/decompression.ts',
  'middleware/diagnostics.ts',
  'openapi/installed.ts',
  'responses/file/disk.ts',
  'responses/file/sendfile.ts',
  'staticfiles/directories.ts',
  'staticfiles/files.ts',
  'staticfiles/state.ts',
  'staticfiles/versions.ts',
  'stores/file.ts',
  'templating/files.ts',
  'workerthreads.ts',
]

/** Those that serve, hold, run from a terminal or mount what is Node's own. */
function isForNode(file: string): boolean {
  return (
    /^cli\b|^servers\/(?:cluster|node|hosted)\b|^interop\/(?:fromnode|fromconnect|proxy)\b/.test(
      file,
    ) || NODE_ONLY.includes(file)
  )
}

t.test('only servers and files import modules that other runtimes do not have', async (t) => {
  for (const file of filesIn('lib').filter((name) => !isForNode(name))) {
    t.same(
      importsOf(file).filter((specifier) => specifier.startsWith('node:')),
      [],
      file,
    )
  }
})

t.test(
  'CommonJS programs load each subpath by require(), since no module awaits at its top',
  async (t) => {
    const require = createRequire(import.meta.url)
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object }
    for (const subpath of Object.keys(exports).filter((name) => !name.endsWith('.json'))) {
      try {
        t.ok(require(`stellula${subpath.slice(1)}`), subpath)
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_REQUIRE_ESM') throw error
        return t.comment('This version of Node does not load ES modules by require().')
      }
    }
  },
)

/** All that is loaded together with a file; not what a function imports once it is called. */
function loadedWith(file: string): { readonly files: string[]; readonly others: string[] } {
  const loaded = new Set([file])
  const others = new Set<string>()
  for (const each of loaded) {
    const source = readFileSync(path.join('lib', each), 'utf8')
    // Types are not loaded.
    for (const [, specifier = ''] of source.matchAll(
      /^(?:im|ex)port (?!type )(?:[^;]*? from )?'([^']+)'/gm,
    )) {
      const chosen = CHOICES[specifier]?.['default']
      if (chosen !== undefined) loaded.add(chosen)
      else if (specifier.startsWith('.')) {
        loaded.add(path.posix.join(path.posix.dirname(each), specifier))
      } else others.add(specifier)
    }
  }
  return { files: [...loaded], others: [...others].sort() }
}

t.test('the main entry and the servers of other runtimes import none of these', async (t) => {
  for (const [file, packages] of [
    ['index.ts', []],
    ['responses.ts', []],
    ['websockets.ts', []],
    ['servers/fetch.ts', []],
    ['interop/fromfetch.ts', []],
    ['interop/fetchresponse.ts', []],
    ['servers/bun.ts', []],
    ['servers/deno.ts', []],
    ['servers/workers.ts', []],
  ] as const) {
    const { files: loaded, others } = loadedWith(file)
    t.ok(loaded.length > 5, file)
    // A module of Node would be one of them.
    t.same(others, packages, file)
    t.same(loaded.filter(isForNode), [], file)
  }
  t.ok(loadedWith('responses.ts').files.includes('responses/file.ts'))
  t.notOk(loadedWith('index.ts').files.includes('forms/multipart.ts'), 'nor the parser of forms')
})

/** An optional peer, and the one subpath that needs it. */
const PEERS: Readonly<Record<string, string>> = {
  '@msgpack/msgpack': 'msgpack',
  '@opentelemetry/api': 'middleware/tracing',
  jose: 'middleware/jwt',
  piscina: 'workerthreads',
}

/** The command line is no part of a bundle, and these are subpaths that no other file imports. */
const MAY_IMPORT = /^(?:cli\/|operations\/msgpack\.ts$)/

/** Those that are imported once they are needed, where a failure is caught: bundlers only warn. */
const CAUGHT: Readonly<Record<string, string>> = { yaml: 'openapi/served.ts' }

// A bundler resolves every import that it can reach, whether or not it is ever run.
t.test('only the subpath that needs an optional peer names it', async (t) => {
  const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const shown = Object.values(VIEWERS).map((viewer) => viewer.package)
  t.same(
    [...Object.keys({ ...PEERS, ...CAUGHT }), ...shown].sort(),
    Object.keys(peerDependencies).sort(),
  )
  for (const [peer, subpath] of Object.entries(PEERS)) {
    const isOwn = (file: string): boolean =>
      file === `${subpath}.ts` || file.startsWith(`${subpath}/`)
    const naming = filesIn('lib').filter((file) =>
      [...importsOf(file), ...laterImportsOf(file)].includes(peer),
    )
    t.ok(naming.length > 0, peer)
    t.same(
      naming.filter((file) => !isOwn(file)),
      [],
      peer,
    )
    const importing = filesIn('lib').filter((file) =>
      [...importsOf(file), ...laterImportsOf(file)].some((target) =>
        isOwn(path.posix.join(path.posix.dirname(file), target)),
      ),
    )
    const others = importing.filter((file) => !isOwn(file) && !MAY_IMPORT.test(file))
    t.same(others, [], `${subpath} is imported by no other`)
  }
  for (const [peer, file] of Object.entries(CAUGHT)) {
    const naming = filesIn('lib').filter((name) => laterImportsOf(name).includes(peer))
    t.same(naming, [file], peer)
    t.match(
      readFileSync(path.join('lib', file), 'utf8'),
      new RegExp(`try \\{[^]{0,200}await import\\('${peer}'\\)`),
    )
  }
})
