/** The process of a worker, in the primary. */
import cluster, { type Worker } from 'node:cluster'
import { answer } from './answers.ts'
import {
  type AskMessage,
  kindOf,
  type NewsMessage,
  NUMBER,
  type Order,
  orderMessage,
  type ReplyMessage,
} from './messages.ts'
import type { Peer } from './peer.ts'

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The extra time before a worker is killed, after its own timeouts or after the order to abort, in ms. */
const SPARE_MS = 2_000

export class WorkerProcess implements Peer {
  readonly number: number
  /** Resolves to true when it serves, or to false if it ended before. */
  readonly ready: Promise<boolean>
  readonly ended: Promise<ProcessExit>
  readonly gone: Promise<unknown>
  readonly startedAt: number = performance.now()
  isReady = false
  hasEnded = false
  /** Whether it was ordered to close or abort. */
  isClosing = false
  backlog = 0
  readonly #worker: Worker
  #deadline: NodeJS.Timeout | undefined

  /** @param onMessage Called with all other messages of the process. */
  constructor(number: number, onMessage: (message: unknown) => void = () => {}) {
    this.number = number
    const worker = cluster.fork({ [NUMBER]: String(number) })
    this.#worker = worker
    worker.on('error', () => {}) // it has ended, which `exit` reports
    this.ended = new Promise((resolve) => {
      worker.once('exit', (code, signal) => {
        this.hasEnded = true
        clearTimeout(this.#deadline)
        resolve({ code, signal: (signal as NodeJS.Signals | null) || null })
      })
    })
    const read = new Promise((resolve) => worker.once('disconnect', resolve))
    this.gone = Promise.all([this.ended, read])
    const told = new Promise<boolean>((resolve) => {
      worker.on('message', (message) => {
        const kind = kindOf(message)
        if (kind === 'ask') {
          void answer(message as AskMessage, this)
          return
        }
        if (kind !== 'ready') return onMessage(message)
        this.isReady = true
        // An order that arrives while a worker loads its modules is lost.
        if (this.isClosing) this.#order('close')
        resolve(true)
      })
    })
    this.ready = Promise.race([told, this.ended.then(() => false)])
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /**
   * Orders it to close, and kills it if that takes longer.
   *
   * @param timeoutMs How long the worker itself may take, by its own timeouts.
   */
  close(timeoutMs: number): void {
    if (this.isClosing || this.hasEnded) return
    this.isClosing = true
    this.#order('close')
    this.#deadline = setTimeout(() => this.kill(), timeoutMs + SPARE_MS)
  }

  /** Orders it to abort open exchanges, and kills it if that takes longer. */
  force(): void {
    this.isClosing = true
    if (this.hasEnded) return
    clearTimeout(this.#deadline)
    this.#order('force')
    this.#deadline = setTimeout(() => this.kill(), SPARE_MS)
  }

  kill(): void {
    this.isClosing = true
    if (!this.hasEnded) this.#worker.process.kill('SIGKILL')
  }

  tell(message: ReplyMessage | NewsMessage, size: number, onRead: () => void = () => {}): void {
    if (!this.#worker.isConnected()) return
    this.backlog += size
    this.#worker.send(message, () => {
      this.backlog -= size
      onRead()
    })
  }

  #order(order: Order): void {
    // It may have ended, which `exit` reports.
    if (this.#worker.isConnected()) this.#worker.send(orderMessage(order), () => {})
  }
}
