// An example as `npm run` starts it: a process of its own, on a free port.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

export interface Program {
  readonly url: string
  /** Asks it to end; resolves to its exit code, or the signal that has ended it. */
  stop(): Promise<number | NodeJS.Signals | null>
}

/** Starts `build/examples/<name>.js`, and resolves when it listens. */
export async function startExample(
  t: Test,
  name: string,
  env: Record<string, string> = {},
): Promise<Program> {
  // The test runner puts hooks into every child, which are none of the example's.
  const { NODE_OPTIONS: _hooks, ...inherited } = process.env
  const child = spawn(process.execPath, ['--enable-source-maps', `build/examples/${name}.js`], {
    env: { ...inherited, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => stop(child))
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\S+/.exec(line)?.[0]
    if (url !== undefined) return { url, stop: () => stop(child) }
  }
  throw new Error(`${name} did not start`)
}

async function stop(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  return child.exitCode ?? child.signalCode
}
