/** A worker as the primary sees it. */
import cluster, { type Worker } from 'node:cluster'
import { NUMBER, type Order, orderMessage, wordOf } from './messages.ts'

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class WorkerProcess {
  readonly number: number
  /** Whether it serves; false if it ended before. */
  readonly ready: Promise<boolean>
  readonly ended: Promise<Ended>
  readonly startedAt: number = performance.now()
  isReady = false
  hasEnded = false
  /** Whether it was told to end. */
  isClosing = false
  readonly #worker: Worker
  #deadline: NodeJS.Timeout | undefined

  /** @param onMessage Called with all other messages of the process. */
  constructor(number: number, onMessage: (message: unknown) => void = () => {}) {
    this.number = number
    const worker = cluster.fork({ [NUMBER]: String(number) })
    this.#worker = worker
    worker.on('error', () => {}) // it has ended, which is told by `exit`
    this.ended = new Promise((resolve) => {
      worker.once('exit', (code, signal) => {
        this.hasEnded = true
        clearTimeout(this.#deadline)
        resolve({ code, signal: (signal as NodeJS.Signals | null) || null })
      })
    })
    const told = new Promise<boolean>((resolve) => {
      worker.on('message', (message) => {
        if (wordOf(message) !== 'ready') return onMessage(message)
        this.isReady = true
        resolve(true)
      })
    })
    this.ready = Promise.race([told, this.ended.then(() => false)])
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /** Lets it close; it is killed if that takes longer. */
  close(timeoutMs: number): void {
    if (this.isClosing || this.hasEnded) return
    this.isClosing = true
    this.#order('close')
    this.#deadline = setTimeout(() => this.kill(), timeoutMs)
  }

  /** Lets it abort what is open; it is killed if that takes longer. */
  force(timeoutMs: number): void {
    this.isClosing = true
    if (this.hasEnded) return
    clearTimeout(this.#deadline)
    this.#order('force')
    this.#deadline = setTimeout(() => this.kill(), timeoutMs)
  }

  kill(): void {
    this.isClosing = true
    if (!this.hasEnded) this.#worker.process.kill('SIGKILL')
  }

  #order(order: Order): void {
    // It may have ended, which is told by `exit`.
    if (this.#worker.isConnected()) this.#worker.send(orderMessage(order), () => {})
  }
}
