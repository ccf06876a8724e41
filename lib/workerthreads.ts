/** CPU-heavy functions in a pool of threads, with `piscina`. */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { Unavailable } from './exceptions.ts'
import { check, checkNumber } from './internal/checks.ts'
import { handled } from './internal/handled.ts'
import { knownOptions } from './internal/knownoptions.ts'

export interface WorkerThreadsOptions {
  /** The maximum number of threads (the number of processors minus one, and at least one). */
  size?: number
  /** The maximum number of calls that wait for a thread (1000). More calls throw `WorkersBusy`. */
  maxQueue?: number
  /** Milliseconds that `close()` waits for running calls (10,000). Then it ends them. */
  graceMs?: number
  /** Milliseconds after which an idle thread ends (30,000). */
  idleMs?: number
}

/** A function of one argument. */
type Work = (input: never) => unknown

/** The names of the functions of a module. */
export type WorkNames<Functions> = {
  [Name in keyof Functions]: Functions[Name] extends Work ? Name : never
}[keyof Functions] &
  string

/** The type of the argument of a function. */
export type InputOf<Function> = Function extends (input: infer Input) => unknown ? Input : never

/** The type of the result of a function, or what its promise resolves to. */
export type OutputOf<Function> = Function extends (input: never) => infer Output
  ? Awaited<Output>
  : never

export interface RunOptions {
  /** Ends the call and its thread when it aborts; usually `request.signal` (none). */
  signal?: AbortSignal
  /** Buffers that are moved to the thread instead of copied (none). */
  transfer?: readonly ArrayBuffer[]
}

/** A pool of threads; made by `workerThreads()`. */
export interface WorkerThreads<Functions> extends AsyncDisposable {
  /**
   * Calls a function of the module in a thread. Input and output are copied as by `structuredClone()`.
   *
   * @throws Error of the function, as a plain error; the reason of the signal if it aborts; WorkersBusy if
   * too many calls wait; TypeError after `close()`.
   */
  run<Name extends WorkNames<Functions>>(
    name: Name,
    input: InputOf<Functions[Name]>,
    options?: RunOptions,
  ): Promise<OutputOf<Functions[Name]>>
  /** Rejects new calls, and resolves when the running calls have ended. */
  close(): Promise<void>
}

/**
 * The error if too many calls wait for a thread. The response is a 503, unless an exception handler for
 * this class returns another response.
 */
export class WorkersBusy extends Unavailable {
  override readonly name = 'WorkersBusy'
}

/**
 * Runs the functions of a module in threads. Then work of more than a few milliseconds does not delay other
 * requests. It needs the package `piscina`.
 *
 * Threads start with the first calls, and load the module. If the signal of a call aborts, its thread ends.
 *
 * @param module The URL of a JavaScript module that exports functions of one argument, such as
 * `new URL('./work.js', import.meta.url)`.
 * @throws TypeError if `module` is not a file URL, RangeError if an option is out of range.
 * @example
 * // work.js: export const sum = (numbers) => numbers.reduce((all, one) => all + one, 0)
 * interface Functions { sum(numbers: readonly number[]): number }
 *
 * async function* lifespan() {
 *   await using threads = workerThreads<Functions>(new URL('./work.js', import.meta.url))
 *   yield { threads }
 * }
 * const app = Application({
 *   lifespan,
 *   routes: [
 *     Route('/sum', async ({ state, signal }) =>
 *       new JSONResponse(await state.threads.run('sum', [1, 2], { signal }))),
 *   ],
 * })
 */
export function workerThreads<Functions>(
  module: URL | string,
  options: WorkerThreadsOptions = {},
): WorkerThreads<Functions> {
  const where = 'workerThreads'
  knownOptions(where, options, 'size maxQueue graceMs idleMs')
  const { size, maxQueue = 1000, graceMs = 10_000, idleMs = 30_000 } = options
  const filename = String(module)
  const isFile = filename.startsWith('file:')
  const fix = "Pass new URL('./work.js', import.meta.url)"
  check(where, isFile, 'module must be a file URL', filename, fix)
  for (const [name, value] of Object.entries({ size: size ?? 1, maxQueue, graceMs, idleMs })) {
    checkNumber(where, name, value, name === 'size' ? 1 : 0)
  }
  return new Threads<Functions>({
    filename,
    minThreads: 0,
    maxThreads: size ?? defaultSize(),
    maxQueue,
    idleTimeout: idleMs,
    closeTimeout: graceMs,
  })
}

class Threads<Functions> implements WorkerThreads<Functions> {
  readonly #settings: object
  #pool: Piscina
  /** The error of the last pool that could not load the module. */
  #failure: unknown
  #closing: Promise<void> | undefined

  constructor(settings: object) {
    this.#settings = settings
    this.#pool = this.#open()
  }

  #open(): Piscina {
    const pool = new Piscina(this.#settings)
    // Without a listener, a thread that cannot load the module would end the process.
    return pool.on('error', (error) => {
      if (pool.threads.length > 0) return
      // No thread takes the waiting calls. Later calls try again.
      this.#failure = error
      this.#pool = this.#open()
      void pool.destroy()
    })
  }

  run<Name extends WorkNames<Functions>>(
    name: Name,
    input: InputOf<Functions[Name]>,
    options: RunOptions = {},
  ): Promise<OutputOf<Functions[Name]>> {
    return handled(this.#run(name, input, options))
  }

  async #run<Name extends WorkNames<Functions>>(
    name: Name,
    input: InputOf<Functions[Name]>,
    { signal, transfer = [] }: RunOptions,
  ): Promise<OutputOf<Functions[Name]>> {
    if (this.#closing !== undefined) {
      throw new TypeError(
        'workerThreads.run: not possible any more, the threads were closed. Close them last.',
      )
    }
    const pool = this.#pool
    try {
      const transferList = [...transfer]
      return await pool.run(input, { name, transferList, ...(signal && { signal }) })
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw isFull(error) ? busy(error) : pool === this.#pool ? error : this.#failure
    }
  }

  close(): Promise<void> {
    // The pool rejects if calls are still running after the grace time.
    this.#closing ??= this.#pool.close().catch(() => this.#pool.destroy())
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** One processor is left to the thread of the event loop. */
function defaultSize(): number {
  return Math.max(1, availableParallelism() - 1)
}

function isFull(error: unknown): boolean {
  return error instanceof Error && /^(?:Task queue is at|No task queue)/.test(error.message)
}

function busy(cause: unknown): WorkersBusy {
  return new WorkersBusy(
    'workerThreads: too many calls wait for a thread. Raise maxQueue or size.',
    {
      cause,
    },
  )
}
