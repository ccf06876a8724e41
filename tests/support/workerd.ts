// Workers for workerd: what a program imports, and a configuration with its sockets.
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runtimes } from './runtimes.ts'

export interface WorkerOptions {
  /** The program whose default export is the worker. */
  readonly entry: string
  readonly sockets: readonly { readonly name: string; readonly props?: object }[]
  /** Compatibility flags. */
  readonly flags?: readonly string[]
  /** Sources that stand in for files whose paths end so. */
  readonly replace?: Readonly<Record<string, string>>
}

export interface MadeWorker {
  readonly binary: string
  readonly config: string
  /** To be removed in the end. */
  readonly folder: string
}

interface Resolving {
  readonly path: string
}

interface Build {
  onLoad(
    where: { filter: RegExp },
    load: (file: Resolving) => { contents: string; loader: 'js' } | undefined,
  ): void
}

/** The part of esbuild that is used here. */
interface Bundler {
  build(options: object): Promise<unknown>
}

/** @throws Error when the runtimes are not there. */
export async function makeWorker(options: WorkerOptions): Promise<MadeWorker> {
  const { workerd, esbuild } = runtimes()
  if (workerd === undefined || esbuild === undefined) throw new Error('workerd is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'stellula-worker-'))
  const bundler: Bundler = await import(pathToFileURL(esbuild).href)
  await bundler.build({
    entryPoints: { worker: options.entry },
    outdir: folder,
    bundle: true,
    // What is imported once it is needed stays in files of its own, with the modules of Node.
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd'],
    // Without the flag there are none, and nothing may ask for them.
    ...(options.flags?.includes('nodejs_compat')
      ? { external: ['node:*', ...NODE_NAMES], banner: { js: REQUIRE } }
      : {}),
    // The tests are no package without side effects.
    ignoreAnnotations: true,
    logLevel: 'error',
    plugins: [{ name: 'replace', setup: (build: Build) => replace(build, options.replace ?? {}) }],
  })
  const config = join(folder, 'config.capnp')
  writeFileSync(config, configOf(options, readdirSync(folder)))
  return { binary: workerd, config, folder }
}

/** What older packages get modules by. */
const REQUIRE = "import process from 'node:process'; const require = process.getBuiltinModule"

const NODE_NAMES = ['path', 'stream', 'buffer', 'events', 'util']

function replace(build: Build, sources: Readonly<Record<string, string>>): void {
  build.onLoad({ filter: /\.js$/ }, ({ path }) => {
    const found = Object.entries(sources).find(([ending]) => path.endsWith(ending))
    return found && { contents: found[1], loader: 'js' }
  })
}

function configOf({ sockets, flags = [] }: WorkerOptions, files: readonly string[]): string {
  const others = files.filter((file) => file.endsWith('.js') && file !== 'worker.js')
  const modules = ['worker.js', ...others].map(
    (file) => `(name = "${file}", esModule = embed "${file}")`,
  )
  const list = sockets.map(
    ({ name, props = {} }) =>
      `(name = "${name}", address = "127.0.0.1:0", http = (), service = (name = "app", props = (json = ${JSON.stringify(JSON.stringify(props))})))`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "app", worker = .app),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [${list.join(', ')}],
);
const app :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "2026-04-01",
  compatibilityFlags = ${JSON.stringify(flags)},
);
`
}
