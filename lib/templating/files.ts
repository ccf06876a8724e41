/** An engine of template files, for libraries that compile the text of a template to a function. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { check, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Rendered, TemplateEngine } from './engine.ts'

/** Renders one template. */
export type CompiledTemplate = (context: Record<string, unknown>) => Rendered | Promise<Rendered>

export interface TemplateFilesOptions {
  /** Paths or file URLs of directories; if several have a template, the first one is used. */
  directory: string | URL | readonly (string | URL)[]
  /** Compiles the text of a file. The library may need the path for its error messages and includes. */
  compile: (source: string, path: string) => CompiledTemplate | Promise<CompiledTemplate>
  /** Check at each rendering whether the file has changed, for development (false). */
  reload?: boolean
}

interface CachedTemplate {
  readonly path: string
  /** Size and time. */
  readonly state: string
  readonly compiled: Promise<CompiledTemplate>
}

/**
 * Returns an engine that renders files of directories with a library such as EJS, Handlebars or Pug, for
 * `templates()`. Eta and Nunjucks have their own loaders and do not need it.
 *
 * A file is read and compiled when it is first rendered. The library decides whether values are escaped.
 *
 * @throws TypeError if an option is invalid; while rendering, if a name leads out of the directories, or
 * if the file is missing.
 * @example
 * const engine = templateFiles({
 *   directory: [new URL('./theme', import.meta.url), new URL('./views', import.meta.url)],
 *   compile: (source) => (context) => source.replaceAll('{name}', escapeHTML(String(context['name']))),
 *   reload: process.env['NODE_ENV'] !== 'production',
 * })
 * const page = templates(engine) // await page(request, 'hello.html', { name: 'Ada' })
 */
export function templateFiles(options: TemplateFilesOptions): TemplateEngine {
  const where = 'templateFiles'
  knownOptions(where, options, 'directory compile reload')
  const { directory, compile, reload = false } = options
  check(where, typeof compile === 'function', 'compile must be a function', compile, FIX_COMPILE)
  check(where, typeof reload === 'boolean', 'reload must be a boolean', reload, 'Write true')
  const directories = directoriesOf(directory)
  const known = new Map<string, CachedTemplate>()
  const load = async (name: string): Promise<CompiledTemplate> => {
    const before = known.get(name)
    if (before !== undefined && !reload) return before.compiled
    const found = await find(directories, name)
    const last = known.get(name)
    if (last?.path === found.path && last.state === found.state) return last.compiled
    const compiled = readFile(found.path, 'utf8').then((source) => compile(source, found.path))
    const kept = { ...found, compiled }
    known.set(name, kept)
    // A file that cannot be compiled is read again at the next rendering.
    compiled.catch(() => known.get(name) === kept && known.delete(name))
    return compiled
  }
  return { render: async (name, context) => (await load(name))(context) }
}

const FIX_COMPILE = 'Write (source) => ejs.compile(source)'

function directoriesOf(given: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(given) ? given : [given]
  const what = 'the directory must be a path, a file URL, or a list of them'
  check('templateFiles', list.length > 0, what, given, "Write './views'")
  return list.map((one) => {
    if (one instanceof URL) return fileURLToPath(one)
    check('templateFiles', typeof one === 'string' && one !== '', what, one, "Write './views'")
    return path.resolve(one)
  })
}

/** Returns the first file of this name, with its state. */
async function find(
  directories: readonly string[],
  name: string,
): Promise<{ readonly path: string; readonly state: string }> {
  const segments = String(name).split(/[\\/]/)
  const isInside = !segments.some((one) => ['', '.', '..'].includes(one) || /[\0:]/.test(one))
  check(
    'templateFiles',
    isInside,
    'a name must be a relative path',
    name,
    "Write 'users/list.html'",
  )
  for (const directory of directories) {
    const file = path.join(directory, ...segments)
    const stats = await stat(file).catch(ifMissing)
    if (stats?.isFile()) return { path: file, state: `${stats.size} ${stats.mtimeMs}` }
  }
  throw invalid('templateFiles', 'there must be a file of that name', name, 'Check the directories')
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
