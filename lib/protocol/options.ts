/** What every server checks before it serves. */
import { wrong } from '../internal/must.ts'

/** @throws TypeError for what cannot be called. */
export function assertApp(app: unknown, where: string): void {
  if (typeof app === 'function') return
  const what = 'it takes an app (scope, receive, send) => …'
  throw wrong(where, what, app, 'Pass what Application or Router returned')
}

/** @throws TypeError for a prefix that no path could have. */
export function assertRootPath(rootPath: string, where: string): void {
  assertPrefix('rootPath', rootPath, where)
}

/** @throws TypeError for a prefix that no path could have. */
export function assertPrefix(name: string, prefix: string, where: string): void {
  if (prefix === '' || /^\/[^?#]*[^/?#]$/.test(prefix)) return
  const what = `${name} must be empty or a path without a slash at its end`
  throw wrong(where, what, prefix, 'Write "/api"')
}
