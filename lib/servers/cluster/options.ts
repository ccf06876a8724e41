/** The options of `cluster`. */
import type { StopSignal } from '../running/signals.ts'

export interface ClusterOptions {
  /** The number of workers (one per core). */
  workers?: number
  /** Signals that close all workers; a second one closes them at once (SIGTERM and SIGINT). */
  signals?: readonly StopSignal[]
  /** The signal that replaces all workers, or false (SIGHUP). */
  rollSignal?: StopSignal | false
  /** The grace period that the workers give to open exchanges, in ms (8,000). */
  gracePeriodMs?: number
  /**
   * How long the shutdown of the app may take after that, in ms (30,000). After this time the worker is
   * killed.
   */
  shutdownTimeoutMs?: number
  /** How long a new worker may take to be ready when others are replaced, in ms (60,000). */
  startTimeoutMs?: number
  /** Called with a line for each worker that ends unexpectedly, and for each failure (written to stderr). */
  log?: (line: string) => void
}
