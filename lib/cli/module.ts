/** Finds the application of a command: a module, and one of its exports. */
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from '../types.ts'
import { CommandError, UsageError } from './failures.ts'

/** A module and the name of an export, if one was given. */
export interface Target {
  readonly file: string
  readonly name: string | undefined
  /** The argument itself, for messages. */
  readonly text: string
}

const EXPORT = /^(.+):([A-Za-z_$][\w$]*)$/
const ENDINGS = ['.js', '.mjs', '.ts', '.mts', '/index.js', '/index.ts']

/**
 * Parses `MODULE` or `MODULE:EXPORT`. The extension of the file may be omitted.
 *
 * @throws UsageError if there is no such file.
 */
export function readTarget(text: string, folder: string = process.cwd()): Target {
  const [, before, name] = isFile(path.resolve(folder, text)) ? [] : (EXPORT.exec(text) ?? [])
  const module = before ?? text
  const base = path.resolve(folder, module)
  const file = ['', ...ENDINGS].map((ending) => base + ending).find(isFile)
  if (file === undefined) {
    throw new UsageError(
      `there is no module "${module}" in ${folder}. Write the path of a file, such as dist/app.js or dist/app.js:app.`,
    )
  }
  return { file, name, text }
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile()
}

/**
 * Imports the module and returns the app: the given export, or `app`, or the default export.
 *
 * @throws CommandError if the module fails, or if it exports no app.
 */
export async function loadApp(target: Target): Promise<App> {
  await prepare(target.file)
  const found = await importFile(target)
  const { name, text } = target
  const app = await (name === undefined ? (found['app'] ?? found['default']) : found[name])
  const isForeign = typeof app === 'function' && 'handle' in app && 'listen' in app
  if (typeof app === 'function' && !isForeign) return app as App
  const names = Object.keys(found).join(', ') || 'nothing'
  const wanted = name === undefined ? '"app" and no default' : `"${name}"`
  if (app === undefined) {
    throw new CommandError(
      `${text} exports no ${wanted}, only ${names}. Export an application, or name it as MODULE:EXPORT.`,
    )
  }
  if (isForeign) {
    throw new CommandError(
      `${text}: the export is an application of Express or Connect. Export fromNode(app) of stellula/interop/fromnode.`,
    )
  }
  throw new CommandError(
    `${text}: the export is not an application, ${typeof app} was given. Export the result of Application() or Router().`,
  )
}

/**
 * Imports a file. The exports of a CommonJS module may all be in its default export, which may also be the
 * promise of an app.
 */
async function importFile({ file, text }: Target): Promise<Record<string, unknown>> {
  try {
    const found = await import(pathToFileURL(file).href)
    const common: unknown = await found.default
    const isApp = typeof common !== 'object' || common === null
    return isApp ? found : { ...common, ...inNames(found) }
  } catch (cause) {
    throw new CommandError(`${text} could not be loaded.`, { cause })
  }
}

function inNames({ default: _common, ...names }: Record<string, unknown>): object {
  return names
}

const TYPESCRIPT = /\.[mc]?tsx?$/

/**
 * Prepares Node for TypeScript. Node runs it natively from 22.18 on; before that, `tsx` does if it is
 * installed.
 */
async function prepare(file: string): Promise<void> {
  const { typescript } = process.features as { readonly typescript?: string | false }
  const isReadable = typescript !== undefined && typescript !== false && !file.endsWith('x')
  if (!TYPESCRIPT.test(file) || isReadable) return
  const apis = tsxOf(file)
  if (apis === undefined) {
    throw new CommandError(
      `${path.basename(file)} is TypeScript, which Node ${process.versions.node} does not run. Use Node 22.18 or later, install tsx, or compile it first.`,
    )
  }
  for (const api of apis) {
    const { register } = await import(pathToFileURL(api).href)
    register()
  }
}

/** The modules by which `tsx` loads CommonJS and ES modules, if it is installed. */
function tsxOf(file: string): readonly string[] | undefined {
  for (const from of [file, path.join(process.cwd(), 'package.json')]) {
    const { resolve } = createRequire(from)
    try {
      return [resolve('tsx/cjs/api'), asModule(resolve('tsx/esm/api'))]
    } catch {
      // It is not installed there.
    }
  }
  return undefined
}

/**
 * The ES module of a pair. `createRequire` finds the CommonJS one, whose hooks look for their files in
 * another folder.
 */
function asModule(file: string): string {
  const half = file.replace(/\.cjs$/, '.mjs')
  return existsSync(half) ? half : file
}
