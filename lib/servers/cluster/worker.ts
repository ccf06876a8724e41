/** Runs a worker in its own process. */
import cluster from 'node:cluster'
import { invalid } from '../../internal/checks.ts'
import type { RunningServer } from '../running.ts'
import { sendLastMessages } from './lastmessages.ts'
import { kindOf, type Order, READY } from './messages.ts'

/** The argument of `start`. */
export interface WorkerContext {
  /** The number of the worker, from 1 on. */
  readonly number: number
}

/** Serves in a worker. */
export type Start = (context: WorkerContext) => Served | Promise<Served>

/** A server, or several that are closed together. */
export type Served = Pick<RunningServer, 'close' | 'closed'>

/** One of the processes that serve. */
export interface ClusterWorker {
  readonly role: 'worker'
  /** The number of the worker, from 1 on. A successor has the same number. */
  readonly number: number
  readonly close: RunningServer['close']
  readonly closed: RunningServer['closed']
}

/** How long open handles of an app, such as timers, keep a closed worker, in ms. */
const LINGER_MS = 500

/** Starts the server, notifies the primary, and ends the process after the server has closed. */
export async function work(start: Start, number: number): Promise<ClusterWorker> {
  let server: Served | undefined
  let isAsked = false
  const obey = (order: Order): void => {
    isAsked = true
    // `closed` reports the error of a shutdown.
    server?.close().catch(() => {})
    // The server handles signals; the second one aborts open exchanges.
    if (order === 'force') for (let times = 0; times < 2; times++) process.emit('SIGTERM')
  }
  process.on('message', (message) => {
    const kind = kindOf(message)
    if (kind === 'close' || kind === 'force') obey(kind)
  })
  try {
    server = checkServer(await start({ number }))
  } catch (error) {
    console.error(`cluster: worker ${number} could not start:`, error)
    process.exit(1)
  }
  const { close, closed } = server
  closed.then(
    () => leave(),
    (error: unknown) => {
      console.error(`cluster: worker ${number} failed to close:`, error)
      process.exitCode = 1
      leave()
    },
  )
  if (isAsked) close().catch(() => {})
  else process.send?.(READY)
  return { role: 'worker', number, close, closed }
}

function checkServer(server: Served | undefined): Served {
  if (typeof server?.close === 'function' && server.closed !== undefined) return server
  const fix = 'Return the result of serve()'
  throw invalid('cluster', 'start must return a running server', server, fix)
}

/** Ends the process when nothing is left to do, and after `LINGER_MS` even if the app has open handles. */
function leave(): void {
  sendLastMessages()
  cluster.worker?.disconnect()
  setTimeout(() => process.exit(), LINGER_MS).unref()
}
