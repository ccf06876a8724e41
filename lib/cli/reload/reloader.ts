/** The process of `serve --reload` that holds the port, and restarts the app when its files change. */
import path from 'node:path'
import { WorkerProcess } from '../../servers/cluster/workerprocess.ts'
import { onSignals } from '../../servers/running/signals.ts'
import { tell } from '../terminal.ts'
import { FileWatcher } from './watch.ts'

/** The message with which a process reports its imports. */
interface ImportsMessage {
  readonly imported: readonly string[]
}

/**
 * Runs one process at a time. After a change it starts the next process, and closes the previous one when the
 * next one serves. If the next one cannot start, the previous one continues until the next change.
 */
export class Reloader {
  readonly ended: Promise<void>
  readonly #watcher: FileWatcher
  readonly #all = new Set<WorkerProcess>()
  #current: WorkerProcess | undefined
  #next: WorkerProcess | undefined
  readonly #graceMs: number
  #isClosing = false
  #tellEnded: () => void = () => {}

  /**
   * @param files The files to watch from the start.
   * @param graceMs The grace period of the processes.
   */
  constructor(files: readonly string[], graceMs: number) {
    this.#graceMs = graceMs
    this.#watcher = new FileWatcher((file) => {
      tell(`${path.relative(process.cwd(), file)} has changed`)
      this.start()
    })
    for (const file of files) this.#watcher.add(file)
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve
    })
    const stopListening = onSignals(
      {},
      () => this.close(),
      () => this.#force(),
    )
    this.ended.then(stopListening)
  }

  /** Starts the next process, and kills one that is still starting. */
  start(): void {
    if (this.#isClosing) return
    this.#next?.kill()
    const worker = new WorkerProcess(1, (message) => this.#onMessage(message))
    this.#next = worker
    this.#all.add(worker)
    worker.ready.then((isReady) => this.#onStarted(worker, isReady))
    worker.ended.then(() => this.#onEnd(worker))
  }

  close(): Promise<void> {
    this.#isClosing = true
    this.#watcher.close()
    this.#next?.kill()
    for (const worker of this.#all) worker.close(this.#graceMs)
    if (this.#all.size === 0) this.#tellEnded()
    return this.ended
  }

  #force(): void {
    for (const worker of this.#all) worker.force()
  }

  #onMessage(message: unknown): void {
    const { imported } = (message ?? {}) as Partial<ImportsMessage>
    for (const file of imported ?? []) this.#watcher.add(file)
  }

  #onStarted(worker: WorkerProcess, isReady: boolean): void {
    if (this.#next !== worker) return
    this.#next = undefined
    if (!isReady) {
      if (this.#isClosing) return
      const rest = this.#current === undefined ? '' : '; the previous version continues'
      tell(`waiting for a change${rest}`)
      return
    }
    const before = this.#current
    this.#current = worker
    before?.close(this.#graceMs)
  }

  #onEnd(worker: WorkerProcess): void {
    this.#all.delete(worker)
    if (this.#current === worker) {
      this.#current = undefined
      if (!this.#isClosing && !worker.isClosing) tell('the process has ended; waiting for a change')
    }
    if (this.#isClosing && this.#all.size === 0) this.#tellEnded()
  }
}
