/** The life of a worker, in its own process. */
import cluster from 'node:cluster'
import { wrong } from '../../internal/must.ts'
import type { RunningServer } from '../running.ts'
import { tellAtEnd } from './farewell.ts'
import { type Order, READY, wordOf } from './messages.ts'

/** What a worker is told when it starts. */
export interface WorkerContext {
  /** From 1 on. */
  readonly number: number
}

/** Serves in a worker. */
export type Start = (context: WorkerContext) => Served | Promise<Served>

/** A server, or several that are closed as one. */
export type Served = Pick<RunningServer, 'close' | 'closed'>

/** One of the processes that serve. */
export interface ClusterWorker {
  readonly role: 'worker'
  /** From 1 on; what replaces a worker has its number. */
  readonly number: number
  readonly close: RunningServer['close']
  readonly closed: RunningServer['closed']
}

/** What an app leaves open, such as a timer, keeps a closed worker for so long. */
const LINGER_MS = 500

/** Starts, tells the primary that it serves, and ends the process once the server has closed. */
export async function work(start: Start, number: number): Promise<ClusterWorker> {
  let server: Served | undefined
  let isAsked = false
  const obey = (order: Order): void => {
    isAsked = true
    // The error of a shutdown is that of `closed`.
    server?.close().catch(() => {})
    // A server hears of the end by signals; the second one aborts what is open.
    if (order === 'force') for (let times = 0; times < 2; times++) process.emit('SIGTERM')
  }
  process.on('message', (message) => {
    const word = wordOf(message)
    if (word === 'close' || word === 'force') obey(word)
  })
  try {
    server = served(await start({ number }))
  } catch (error) {
    console.error(`cluster: worker ${number} could not start:`, error)
    process.exit(1)
  }
  const { close, closed } = server
  closed.then(
    () => leave(),
    (error: unknown) => {
      console.error(`cluster: worker ${number} did not close well:`, error)
      process.exitCode = 1
      leave()
    },
  )
  if (isAsked) close().catch(() => {})
  else process.send?.(READY)
  return { role: 'worker', number, close, closed }
}

function served(server: Served | undefined): Served {
  if (typeof server?.close === 'function' && server.closed !== undefined) return server
  const fix = 'Return what serve() gives'
  throw wrong('cluster', 'start must return a running server', server, fix)
}

/** The process ends when nothing is left to do; what an app has forgotten to end does not hold it. */
function leave(): void {
  tellAtEnd()
  cluster.worker?.disconnect()
  setTimeout(() => process.exit(), LINGER_MS).unref()
}
