// Starts a program whose every route fails, to check that its process survives.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { eventually, RawClient, request } from './sockets.ts'

export interface ServerProcess {
  readonly process: ChildProcess
  /** What it wrote to stderr. */
  readonly log: () => string
  readonly connect: () => Promise<RawClient>
  /** What comes back for a GET of this path, on a connection of its own. */
  readonly talk: (path: string) => Promise<string>
  /** Ends it, which must be a clean end, and gives its stderr. */
  readonly stop: () => Promise<string>
}

export async function startServerProcess(
  t: Test,
  ...flags: readonly string[]
): Promise<ServerProcess> {
  const program = fileURLToPath(new URL('./serverprocess/program.js', import.meta.url))
  const child = spawn(process.execPath, [...flags, program], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const ended = once(child, 'close')
  t.teardown(() => child.kill('SIGKILL'))
  const hasPort = (): boolean => output.stdout.includes('\n') || child.exitCode !== null
  await eventually(hasPort, () => `a port; ${output.stderr}`)
  const port = Number(output.stdout)
  const open = async (): Promise<RawClient> => {
    const socket: Socket = connect({ port, host: '127.0.0.1' })
    t.teardown(() => socket.destroy())
    const client = new RawClient(socket)
    await once(socket, 'connect')
    return client
  }
  const talk = async (path: string): Promise<string> => {
    const client = await open()
    return client.send(request(`GET ${path}`, ['connection: close'])).end()
  }
  const stop = async (): Promise<string> => {
    child.kill('SIGTERM')
    const [code, signal] = await ended
    t.same([code, signal], [0, null], 'it ends when it is told to, and well')
    return output.stderr
  }
  return { process: child, log: () => output.stderr, connect: open, talk, stop }
}
