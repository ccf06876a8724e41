/** What every server checks before it serves. */

/** @throws TypeError for what cannot be called. */
export function assertApp(app: unknown, where: string): void {
  if (typeof app === 'function') return
  throw new TypeError(
    `${where}: it takes an app (scope, receive, send) => …, ${typeof app} was given. Pass what Application or Router returned.`,
  )
}

/** @throws TypeError for a prefix that no path could have. */
export function assertRootPath(rootPath: string, where: string): void {
  assertPrefix('rootPath', rootPath, where)
}

/** @throws TypeError for a prefix that no path could have. */
export function assertPrefix(name: string, prefix: string, where: string): void {
  if (prefix === '' || /^\/[^?#]*[^/?#]$/.test(prefix)) return
  throw new TypeError(
    `${where}: ${name} must be empty or a path without a slash at its end, ${JSON.stringify(prefix)} was given. Write "/api".`,
  )
}
