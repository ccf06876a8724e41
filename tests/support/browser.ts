// Where the browser is that shows what only a real one can tell.
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser on the search path, if there is one. */
export const browser: string | undefined = (process.env.PATH ?? '')
  .split(path.delimiter)
  .flatMap((folder) => NAMES.map((name) => path.join(folder, name)))
  .find(isExecutable)

/** For tap's `skip`: why there is nothing to show, or false. */
export const noBrowser: string | false =
  browser === undefined && `no browser: none of ${NAMES.join(', ')} is installed`

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
