// A real browser, for what only it can tell: Chromium without a window, on a profile of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Test } from 'tap'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser on the search path, if there is one. */
export const browser: string | undefined = (process.env.PATH ?? '')
  .split(path.delimiter)
  .flatMap((folder) => NAMES.map((name) => path.join(folder, name)))
  .find(isExecutable)

/** For tap's `skip`: why there is nothing to show, or false. */
export const noBrowser: string | false =
  browser === undefined && `no browser: none of ${NAMES.join(', ')} is installed`

/** Opens a page for the length of a test; what it has found out, it posts to its server. */
export function openPage(t: Test, url: string, further: readonly string[] = []): void {
  const profile = mkdtempSync(path.join(tmpdir(), 'stellula-browser-'))
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-extensions']
  // The test runner puts hooks into every child, which are none of the browser's.
  const { NODE_OPTIONS: _hooks, ...env } = process.env
  const child = spawn(
    browser ?? '',
    [
      ...options,
      ...quiet,
      ...further,
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      url,
    ],
    { stdio: 'ignore', detached: true, env },
  )
  t.teardown(async () => {
    const closed = once(child, 'close')
    // All of its processes: they are a group of their own.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    await closed
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
