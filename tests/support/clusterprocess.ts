// Starts the program of several processes, and asks it.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Clustered } from './clustered.ts'
import { eventually } from './sockets.ts'

export interface ClusterProcess {
  readonly child: ChildProcess
  readonly output: { text: string }
  /** The messages that it sent to its parent. */
  readonly messages: unknown[]
  readonly ended: Promise<number | NodeJS.Signals | null>
  readonly until: (text: string | RegExp) => Promise<void>
  /** The number of a worker and the id of its process, asked on a connection of its own. */
  readonly ask: (path?: string) => Promise<string>
  readonly url: () => string
}

export function startCluster(
  t: Test,
  options: Clustered,
  env: NodeJS.ProcessEnv = {},
  program = 'clustered',
): ClusterProcess {
  const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url))
  const child = fork(file, [JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output.text += text
    })
  }
  const messages: unknown[] = []
  child.on('message', (message) => messages.push(message))
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
  const until = (text: string | RegExp): Promise<void> =>
    eventually(
      () => (typeof text === 'string' ? output.text.includes(text) : text.test(output.text)),
      () => `${text} in ${output.text}`,
    )
  const url = (): string => `http://127.0.0.1:${/port (\d+)/.exec(output.text)?.[1]}`
  const ask = async (path = '/'): Promise<string> => {
    const response = await fetch(url() + path, { headers: { connection: 'close' } })
    return response.text()
  }
  return { child, output, messages, ended, until, ask, url }
}
