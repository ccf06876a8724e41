/** A listening server of any runtime: its address, and how it stops. */

import { endsWithin } from '../internal/deadline.ts'
import type { LifespanMode } from '../lifespan/start.ts'
import type { Scope, ServerAddress } from '../types.ts'
import { onSignals, type StopSignal } from './running/signals.ts'

/** The default time for open exchanges to end, in ms. */
export const GRACE_PERIOD_MS = 8_000

/** A listening server. */
export interface RunningServer {
  /** Its address; for a unix socket, the host is its path and there is no port. */
  readonly address: ServerAddress
  /** The origin for a browser, or undefined for a unix socket. */
  readonly url: string | undefined
  /**
   * Stops accepting connections, ends event streams, waits for open exchanges within the grace period, aborts
   * the others, then runs the app's shutdown; rejects if that fails.
   */
  readonly close: () => Promise<void>
  /** Settles when the server has closed, for any reason. */
  readonly closed: Promise<void>
}

/** The options of every listening server. */
export interface RunOptions {
  /** The address to listen on ('127.0.0.1'); '0.0.0.0' or '::' for all. */
  host?: string
  /** The port (8000); 0 uses a free one. */
  port?: number
  /** The path of a unix socket to listen on, instead of host and port. */
  path?: string
  /** Closes the server when it aborts, like `close()`. */
  signal?: AbortSignal
  /**
   * Process signals that close the server; a second one aborts open exchanges (SIGTERM and SIGINT). The process
   * ends when nothing else keeps it alive, so close timers and pools in the lifespan. Once the server has
   * closed, a further signal ends the process.
   */
  signals?: readonly StopSignal[]
  /** The prefix that a proxy has stripped, prepended to every path as the root path (''). */
  rootPath?: string
  /** Whether to run the app's lifespan ('auto'). */
  lifespan?: LifespanMode
  /**
   * How long open exchanges may take after the server begins to close, in ms (8,000): container runtimes kill
   * a process after ten seconds. Event streams end at once; others can watch `request.draining`.
   */
  gracePeriodMs?: number
  /** How long the app's shutdown may take, in ms (30,000). */
  shutdownTimeoutMs?: number
  /** Called with errors that reach the server (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** The functions of a server that are needed to stop it. */
interface Stoppable {
  readonly address: ServerAddress
  /** Stops accepting connections, and resolves when open exchanges have ended. */
  readonly drain: () => Promise<unknown>
  /** Aborts open exchanges. */
  readonly cut: () => unknown
  /** Runs the app's shutdown. */
  readonly shutDown: () => Promise<void>
}

/** Controls a listening server. */
export function makeRunningServer(server: Stoppable, options: RunOptions): RunningServer {
  const { gracePeriodMs = GRACE_PERIOD_MS, shutdownTimeoutMs } = options
  const { address } = server
  let closing: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    const drained = server.drain()
    if (!(await endsWithin(drained, gracePeriodMs))) await server.cut()
    await shutDownWithin(server.shutDown(), shutdownTimeoutMs)
  }
  let settle: (closing: Promise<void>) => void = () => {}
  const closed = new Promise<void>((resolve) => {
    settle = resolve
  })
  closed.catch(() => {}) // reported to the caller of close()
  const close = (): Promise<void> => {
    if (closing === undefined) {
      closing = stop().finally(stopListening)
      settle(closing)
    }
    return closing
  }
  const stopListening = onSignals(options, close, () => void server.cut())
  return { address, url: urlOf(address), close, closed }
}

/** @throws Error if the app's shutdown fails or takes too long. */
export async function shutDownWithin(shutDown: Promise<void>, timeoutMs = 30_000): Promise<void> {
  if (await endsWithin(shutDown, timeoutMs)) return
  throw new Error(
    `serve: the app's shutdown took more than ${timeoutMs} ms. Raise shutdownTimeoutMs, or check what the lifespan waits for.`,
  )
}

/** The origin for a browser, or undefined for a unix socket. */
export function urlOf({ host, port }: ServerAddress, scheme = 'http'): string | undefined {
  if (port === null) return undefined
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
