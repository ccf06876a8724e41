/** A server of any runtime, from the moment that it listens: what it tells, and how it stops. */

import { endsWithin } from '../internal/deadline.ts'
import type { LifespanMode } from '../lifespan/start.ts'
import type { Scope, ServerAddress } from '../types.ts'
import { onSignals, type StopSignal } from './running/signals.ts'

/** How long open exchanges may go on, unless it is said otherwise. */
export const GRACE_PERIOD_MS = 8_000

/** A server that listens. */
export interface RunningServer {
  /** Where it listens; a unix socket has its path as host, and no port. */
  readonly address: ServerAddress
  /** The origin to put into a browser, or undefined for a unix socket. */
  readonly url: string | undefined
  /**
   * Stops accepting, ends event streams, lets open exchanges end within the grace time, cuts the
   * others, then runs the app's shutdown; rejects when that fails.
   */
  readonly close: () => Promise<void>
  /** Settles when the server has closed, for whatever reason. */
  readonly closed: Promise<void>
}

/** What every server is told that listens. */
export interface RunOptions {
  /** The address to listen on ('127.0.0.1'); '0.0.0.0' or '::' for all. */
  host?: string
  /** The port (8000); 0 takes a free one. */
  port?: number
  /** The path of a unix socket to listen on instead of host and port. */
  path?: string
  /** Closes the server when it aborts, as `close()` does. */
  signal?: AbortSignal
  /** Process signals that close the server; a second one cuts what is open (SIGTERM and SIGINT). */
  signals?: readonly StopSignal[]
  /** A prefix that a proxy takes off; it is put before every path, and is the root path (''). */
  rootPath?: string
  /** Whether the app's lifespan is run ('auto'). */
  lifespan?: LifespanMode
  /**
   * How long open exchanges may go on once the server closes, in ms (8,000): containers are killed ten
   * seconds after they were asked to end. Event streams end at once, and `request.draining` tells others.
   */
  gracePeriodMs?: number
  /** How long the app's shutdown may take, in ms (30,000). */
  shutdownTimeoutMs?: number
  /** Told of errors that reach the server (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** What a runtime's server can do. */
export interface Stoppable {
  readonly address: ServerAddress
  /** Accepts no more, and resolves when what is open has ended. */
  readonly drain: () => Promise<unknown>
  /** Cuts what is open. */
  readonly cut: () => unknown
  /** Runs the app's shutdown. */
  readonly shutDown: () => Promise<void>
}

/** Watches over a server that listens. */
export function running(server: Stoppable, options: RunOptions): RunningServer {
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
  closed.catch(() => {}) // who calls close() is told
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

/** @throws Error when the app's shutdown fails, or takes longer than this. */
export async function shutDownWithin(shutDown: Promise<void>, timeoutMs = 30_000): Promise<void> {
  if (await endsWithin(shutDown, timeoutMs)) return
  throw new Error(
    `serve: the app's shutdown took more than ${timeoutMs} ms. Raise shutdownTimeoutMs, or look at what the lifespan waits for.`,
  )
}

/** The origin to put into a browser, or undefined for a unix socket. */
export function urlOf({ host, port }: ServerAddress): string | undefined {
  if (port === null) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
