// Starting a server in its own process, and reading what it used from /proc.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Served } from './contender.ts'

export interface ServerProcess {
  contender: string
  pid: number
  port: number
  stop(): Promise<void>
}

const serverFile = fileURLToPath(new URL('./server.js', import.meta.url))
const pairServerFile = fileURLToPath(new URL('./pairserver.js', import.meta.url))

/**
 * V8 shrinks the heap of a process that idles for 8 s, and it stays slower for a while afterwards.
 * Here a server idles only because others have their turn, which no busy server does.
 */
const steadyHeap = ['--no-memory-reducer']

export function startServer(
  contender: string,
  scenario: Served,
  nodeOptions: string[] = steadyHeap,
): Promise<ServerProcess> {
  const command = [process.execPath, ...nodeOptions, serverFile, contender, scenario]
  return startProcess(contender, command)
}

/** One side of a pair, in Node unless another runtime is given. */
export function startSide(
  file: string,
  side: string,
  scenario: string,
  runtime: string[] = [process.execPath, ...steadyHeap],
): Promise<ServerProcess> {
  return startProcess(`${file} ${side}`, [...runtime, pairServerFile, file, side, scenario])
}

/** Anything that writes `{"port":…}` as its first line, and then answers there. */
async function startProcess(
  contender: string,
  [executable = '', ...parameters]: string[],
): Promise<ServerProcess> {
  const child = spawn(executable, parameters, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const complaints = collectTail(child.stderr)
  const line = await firstLine(child)
  if (child.pid === undefined || line === undefined) {
    throw new Error(`${contender} did not start:\n${complaints()}`)
  }
  const { port }: { port: number } = JSON.parse(line)
  return { contender, pid: child.pid, port, stop: () => stopChild(child) }
}

/** The first line of output, or undefined when the process ends without one. */
async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined
  for await (const line of createInterface({ input: child.stdout })) return line
  return undefined
}

/** Keeps the pipe flowing, and the end of what was said for an error message. */
function collectTail(stream: Readable): () => string {
  let tail = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-2000)
  })
  return () => tail
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
  await exited
  clearTimeout(timer)
}

/**
 * The CPU time of a process and all its threads, in microseconds.
 *
 * It is the sum of /proc/<pid>/task/<tid>/schedstat, whose first number is exact to the nanosecond;
 * utime and stime of /proc/<pid>/stat come in ticks of 10 ms, one per cent of a window of a second.
 * /proc/<pid>/schedstat itself would be the main thread only, without V8's collector threads. The
 * price is that a thread which ends takes its time with it, but those of Node's pools never end.
 */
export function cpuMicroseconds(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number.parseInt(
      readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'),
      10,
    )
  }
  return nanoseconds / 1000
}

/**
 * Keeps a process on one core, where that can be done: whether the kernel lets two that wake each other
 * share a core or not is otherwise worth more than what is measured.
 */
export function pin(pid: number, core: number): void {
  if (availableParallelism() < 2) return
  try {
    execFileSync('taskset', ['-a', '-p', '-c', `${core}`, `${pid}`], { stdio: 'ignore' })
  } catch {
    console.error('pin: there is no taskset, so the figures are noisier.')
  }
}

export function residentKilobytes(pid: number): number {
  return statusOf(pid, 'VmRSS')
}

/** The most that was ever resident, however shortly. */
export function peakKilobytes(pid: number): number {
  return statusOf(pid, 'VmHWM')
}

function statusOf(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1])
}
