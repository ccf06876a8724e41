/** Tells which files a process imports, as they are imported. */
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'

/** `require` of Node 20 is not seen by hooks. */
const cache: Readonly<Record<string, unknown>> = module.createRequire(import.meta.url).cache

type Load = (
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => unknown,
) => unknown

interface Hooks {
  /** From Node 22.15 on: hooks in the same thread, for `require` too. */
  readonly registerHooks?: (hooks: { load: Load }) => unknown
  /** From Node 20.6 on: hooks in a thread of their own. */
  readonly register?: (url: string, from: string, options: object) => unknown
}

/** Calls `onFile` for each file that is imported from now on, but for those of installed packages. */
export function watchImports(onFile: (file: string) => void): void {
  const onURL = (url: string): void => {
    if (url.startsWith('file:') && !isInstalled(url))
      onFile(fileURLToPath(url.split('?')[0] ?? url))
  }
  const { registerHooks, register } = module as Hooks
  if (registerHooks !== undefined) {
    const load: Load = (url, context, next) => {
      onURL(url)
      return next(url, context)
    }
    registerHooks({ load })
    return
  }
  if (register === undefined) return
  const { port1, port2 } = new MessageChannel()
  port1.on('message', onURL)
  port1.unref()
  register('./hooks.js', import.meta.url, { data: port2, transferList: [port2] })
}

/** What `require` has loaded until now. */
export function requiredFiles(): string[] {
  return Object.keys(cache).filter((file) => !isInstalled(file))
}

function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}
