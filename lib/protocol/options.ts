/** The checks of every server before it serves. */
import { invalid } from '../internal/checks.ts'

/** @throws TypeError if the app is not a function. */
export function assertApp(app: unknown, where: string): void {
  if (typeof app === 'function') return
  const what = 'it takes an app (scope, receive, send) => …'
  throw invalid(where, what, app, 'Pass the result of Application or Router')
}

/** @throws TypeError for a prefix that no path could have. */
export function assertRootPath(rootPath: string, where: string): void {
  assertPrefix('rootPath', rootPath, where)
}

/** @throws TypeError for a prefix that no path could have. */
export function assertPrefix(name: string, prefix: string, where: string): void {
  if (prefix === '' || /^\/[^?#]*[^/?#]$/.test(prefix)) return
  const what = `${name} must be empty or a path without a slash at its end`
  throw invalid(where, what, prefix, 'Write "/api"')
}
