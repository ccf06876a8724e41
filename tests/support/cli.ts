// Runs the command line as a process of its own, in a folder of the test.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { type Content, folderOf } from './folder.ts'
import { eventually } from './sockets.ts'

export const CLI = fileURLToPath(new URL('../../lib/cli.js', import.meta.url))

const CALLS = fileURLToPath(new URL('./clicalls.js', import.meta.url))

export const LIB = new URL('../../lib/', import.meta.url).href

/** An app with two routes and a lifespan, as a module in a folder of the test. */
export const APP = `import { Application, Mount, PlainTextResponse, Route, Router } from '${LIB}index.js'
async function* lifespan() {
  console.error('startup')
  yield
  console.error('shutdown')
}
const user = Route('/{id:int}', ({ pathParams }) => new PlainTextResponse(String(pathParams.id)), { name: 'detail' })
export const app = Application({
  lifespan,
  routes: [
    Route('/', ({ scope }) => new PlainTextResponse(\`\${scope.scheme} \${process.env.GREETING ?? 'hello'}\`), { name: 'home' }),
    Mount('/users', Router([user]), { name: 'users' }),
  ],
})
export const other = 5
`

export interface Ran {
  readonly child: ChildProcess
  readonly folder: string
  /** What it wrote until now. */
  readonly output: { stdout: string; stderr: string }
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** The URL where it listens. */
  readonly url: () => Promise<string>
}

/** Starts a command in a folder with these files; it is killed when the test ends. */
export function start(
  t: Test,
  args: readonly string[],
  files: Content | string = { 'app.js': APP },
  env: NodeJS.ProcessEnv = {},
): Ran {
  const folder = typeof files === 'string' ? files : folderOf(t, files)
  return startIn(t, folder, [CLI, ...args], env)
}

function startIn(t: Test, folder: string, program: string[], env: NodeJS.ProcessEnv): Ran {
  // The runner of the tests sets some of these for its own sake.
  const { FORCE_COLOR, NO_COLOR, NODE_OPTIONS, PORT, ...rest } = process.env
  const child = spawn(process.execPath, program, {
    cwd: folder,
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
  const url = async (): Promise<string> => {
    const find = (): string | undefined => /listening on (\S+)/.exec(output.stderr)?.[1]
    await eventually(
      () => find() !== undefined || child.exitCode !== null,
      () => output.stderr,
    )
    return find() ?? ''
  }
  return { child, folder, output, ended, url }
}

export interface Result {
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. */
export async function run(
  t: Test,
  args: readonly string[],
  files?: Content | string,
  env?: NodeJS.ProcessEnv,
): Promise<Result> {
  const { ended, output } = start(t, args, files, env)
  return { code: await ended, ...output }
}

/**
 * Runs commands that only write and end one after the other, in one process: starting Node takes far
 * longer than they do.
 */
export async function runAll(
  t: Test,
  calls: readonly (readonly string[])[],
  files: Content | string = { 'app.js': APP },
): Promise<Result[]> {
  const folder = typeof files === 'string' ? files : folderOf(t, files)
  const { child, ended, output } = startIn(t, folder, [CALLS, JSON.stringify(calls)], {})
  const results: Result[] = []
  child.on('message', (sent) => results.push(...(sent as Result[])))
  const code = await ended
  if (code !== 0) throw new Error(`exit code ${code}: ${output.stderr}`)
  return results
}
