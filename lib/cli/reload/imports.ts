/** Reports the files that a process imports, as they are imported. */
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'

/** The cache of `require`, which in Node 20 does not call the hooks. */
const cache: Readonly<Record<string, unknown>> = module.createRequire(import.meta.url).cache

type Load = (
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => unknown,
) => unknown

interface Hooks {
  /** From Node 22.15 on: hooks in the same thread, for `require` too. */
  readonly registerHooks?: (hooks: { load: Load }) => unknown
  /** From Node 20.6 on: hooks in a separate thread. */
  readonly register?: (url: string, from: string, options: object) => unknown
}

/** Calls `onFile` for each file that is imported after the call, except files of installed packages. */
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

/** The files that `require` has loaded. */
export function requiredFiles(): string[] {
  return Object.keys(cache).filter((file) => !isInstalled(file))
}

function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}
