/** A server of any runtime, from the moment that it listens: what it tells, and how it stops. */
import type { ServerAddress } from '../types.ts'
import { onSignals, type StopSignal } from './running/signals.ts'

/** A server that listens. */
export interface RunningServer {
  /** Where it listens; a unix socket has its path as host, and no port. */
  readonly address: ServerAddress
  /** The origin to put into a browser, or undefined for a unix socket. */
  readonly url: string | undefined
  /**
   * Stops accepting, lets open exchanges end within the grace time, cuts the others, then runs the
   * app's shutdown; rejects when that fails.
   */
  readonly close: () => Promise<void>
  /** Settles when the server has closed, for whatever reason. */
  readonly closed: Promise<void>
}

export interface RunOptions {
  /** Closes the server when it aborts, as `close()` does. */
  signal?: AbortSignal
  /** Process signals that close the server; a second one cuts what is open (SIGTERM and SIGINT). */
  signals?: readonly StopSignal[]
  /** How long open exchanges may go on once the server closes, in ms (30,000). */
  gracePeriodMs?: number
  /** How long the app's shutdown may take, in ms (30,000). */
  shutdownTimeoutMs?: number
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
  const { gracePeriodMs = 30_000, shutdownTimeoutMs = 30_000 } = options
  const { address } = server
  let closing: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    const drained = server.drain()
    if (!(await within(gracePeriodMs, drained))) await server.cut()
    if (await within(shutdownTimeoutMs, server.shutDown())) return
    throw new Error(
      `serve: the app's shutdown took more than ${shutdownTimeoutMs} ms. Raise shutdownTimeoutMs, or look at what the lifespan waits for.`,
    )
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

/** Whether it ended in time; what it throws is thrown. */
async function within(timeoutMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

function urlOf({ host, port }: ServerAddress): string | undefined {
  if (port === null) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
