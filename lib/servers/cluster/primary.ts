/** The process that starts workers, replaces them, and ends when they have ended. */
import { endsWithin } from '../../internal/deadline.ts'
import { onSignals } from '../running/signals.ts'
import { GRACE_PERIOD_MS } from '../running.ts'
import { pauseAfter, STABLE_MS } from './backoff.ts'
import { notify } from './notify.ts'
import type { ClusterOptions } from './options.ts'
import { type ProcessExit, WorkerProcess } from './workerprocess.ts'

export class Primary {
  readonly closed: Promise<void>
  readonly #count: number
  readonly #options: ClusterOptions
  readonly #log: (line: string) => void
  readonly #current = new Map<number, WorkerProcess>()
  readonly #all = new Set<WorkerProcess>()
  readonly #failures = new Map<number, number>()
  readonly #pauses = new Set<NodeJS.Timeout>()
  /** The numbers of workers that ended before any worker served. */
  readonly #waiting: number[] = []
  #hasServed = false
  #isClosing = false
  #failure: Error | undefined
  #rolling: Promise<void> = Promise.resolve()
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}
  #tellStarted: () => void = () => {}

  constructor(count: number, options: ClusterOptions) {
    this.#count = count
    this.#options = options
    this.#log = options.log ?? ((line) => console.error(line))
    this.closed = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.closed.catch(() => {}) // reported to the callers of close() and start()
  }

  /** Starts all workers; resolves when each of them serves. */
  async start(): Promise<void> {
    const stopListening = this.#listen()
    this.closed.catch(() => {}).finally(stopListening)
    const started = new Promise<void>((resolve) => {
      this.#tellStarted = resolve
    })
    for (let number = 1; number <= this.#count; number++) this.#run(number)
    await Promise.race([started, this.closed])
    if (!this.#isClosing) notify('ready', this.#log)
  }

  processes(): ReadonlyMap<number, number> {
    const ready = [...this.#current.values()].filter(
      ({ isReady, hasEnded }) => isReady && !hasEnded,
    )
    return new Map(ready.map(({ number, pid }) => [number, pid ?? 0]))
  }

  /** Replaces all workers, after earlier calls have finished. */
  roll(): Promise<void> {
    const rolled = this.#rolling.then(() => this.#roll())
    this.#rolling = rolled.catch(() => {}) // reported to the caller
    return rolled
  }

  close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true
      notify('stopping', this.#log)
      for (const pause of this.#pauses) clearTimeout(pause)
      for (const worker of this.#all) worker.close(this.#closingMs)
      this.#settleIfDone()
    }
    return this.closed
  }

  /** How long a worker may take to close. */
  get #closingMs(): number {
    const { gracePeriodMs = GRACE_PERIOD_MS, shutdownTimeoutMs = 30_000 } = this.#options
    return gracePeriodMs + shutdownTimeoutMs
  }

  #listen(): () => void {
    const { signals, rollSignal = 'SIGHUP' } = this.#options
    const force = (): void => {
      for (const worker of this.#all) worker.force()
    }
    const stop = onSignals(signals === undefined ? {} : { signals }, () => this.close(), force)
    const roll = (): void => {
      this.roll().catch((error: Error) => this.#log(error.message))
    }
    if (rollSignal !== false) process.on(rollSignal, roll)
    return () => {
      stop()
      if (rollSignal !== false) process.off(rollSignal, roll)
    }
  }

  #fork(number: number): WorkerProcess {
    const worker = new WorkerProcess(number)
    this.#all.add(worker)
    worker.ready.then((isReady) => {
      if (isReady) this.#onReady()
      this.#tellIfStarted()
    })
    worker.ended.then((ended) => this.#onEnd(worker, ended))
    return worker
  }

  #onReady(): void {
    this.#hasServed = true
    for (const number of this.#waiting.splice(0)) this.#run(number)
  }

  /** Starts the worker with this number, and restarts it when it ends. */
  #run(number: number): void {
    if (this.#isClosing || this.#current.has(number)) return
    this.#current.set(number, this.#fork(number))
  }

  #onEnd(worker: WorkerProcess, ended: ProcessExit): void {
    const { number } = worker
    this.#all.delete(worker)
    const isCurrent = this.#current.get(number) === worker
    if (isCurrent) this.#current.delete(number)
    if (worker.isClosing) {
      const { code, signal } = ended
      if (code !== 0 && worker.isReady) {
        this.#failure ??= new Error(`cluster: worker ${number} ended with ${code ?? signal}.`)
      }
    } else if (isCurrent) this.#restart(worker, ended)
    this.#settleIfDone()
  }

  #restart(worker: WorkerProcess, { code, signal }: ProcessExit): void {
    const { number } = worker
    const ended = `cluster: worker ${number} ended with ${code ?? signal};`
    const isStable = worker.isReady && performance.now() - worker.startedAt >= STABLE_MS
    const failures = isStable ? 0 : (this.#failures.get(number) ?? 0) + 1
    this.#failures.set(number, failures)
    if (!this.#hasServed) {
      // If one worker cannot start, usually none can. Trying again would only repeat its output.
      this.#waiting.push(number)
      if (this.#waiting.length === this.#count) this.#giveUp()
      else this.#log(`${ended} next start when another one serves`)
      return
    }
    // A worker that has served is replaced at once, the first time.
    const pauseMs = pauseAfter(worker.isReady ? failures - 1 : failures)
    this.#log(`${ended} next start in ${pauseMs} ms`)
    const pause = setTimeout(() => {
      this.#pauses.delete(pause)
      this.#run(number)
    }, pauseMs)
    this.#pauses.add(pause)
  }

  #giveUp(): void {
    this.#isClosing = true
    this.#failure = new Error('cluster: no worker could start. See their output.')
  }

  #tellIfStarted(): void {
    const serving = [...this.#current.values()].filter(({ isReady }) => isReady)
    if (serving.length === this.#count) this.#tellStarted()
  }

  #settleIfDone(): void {
    if (!this.#isClosing || this.#all.size > 0) return
    if (this.#failure === undefined) this.#resolve()
    else this.#reject(this.#failure)
  }

  /** Orders each worker to close when its successor serves. */
  async #roll(): Promise<void> {
    const closing: Promise<unknown>[] = []
    const { startTimeoutMs = 60_000 } = this.#options
    for (let number = 1; number <= this.#count && !this.#isClosing; number++) {
      const next = this.#fork(number)
      const isInTime = await endsWithin(next.ready, startTimeoutMs)
      if (!isInTime || !next.isReady || next.hasEnded) {
        next.kill()
        if (this.#isClosing) return
        throw new Error(
          `cluster: the next worker ${number} could not start. The remaining old workers continue; fix the error and try again.`,
        )
      }
      const old = this.#current.get(number)
      this.#current.set(number, next)
      this.#failures.delete(number)
      if (old === undefined) continue
      old.close(this.#closingMs)
      closing.push(old.ended)
    }
    await Promise.all(closing)
  }
}
