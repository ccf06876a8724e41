/** One fetch request and its response: calls the app, and ends the exchange whatever the app does. */
import { followsDisconnect } from '../../exceptions/common.ts'
import { Responder } from '../../protocol/response.ts'
import { type Exchange as AppExchange, incomplete, run } from '../../protocol/run.ts'
import { parseTarget } from '../../protocol/target.ts'
import type { HTTPScope, Receive, ReceiveMessage, Send } from '../../types.ts'
import { readFields } from './fields.ts'
import { Incoming } from './incoming.ts'
import { waitUntil } from './info.ts'
import { refusal } from './refusal.ts'
import { buildScope, type Open, type Read, type RuntimeArguments, type Service } from './scope.ts'
import { FetchWire, type Outlet } from './wire.ts'

/** Answers a request; rejects only if its body was read before. */
export function exchange(
  service: Service,
  request: globalThis.Request,
  args: RuntimeArguments,
): Promise<globalThis.Response> {
  if (request.method !== 'GET' && request.bodyUsed) return Promise.reject(alreadyRead())
  const target = parseTarget(withoutFragment(request.url))
  const headers = target && readFields(request, target.authority ?? '')
  if (target === undefined || headers === undefined) return Promise.resolve(refusal(400))
  const read: Read = { request, args, target, headers }
  return service.upgrade?.answer(service, read) ?? new Exchange(service, read).answer()
}

class Exchange implements AppExchange, Outlet, Open {
  readonly kind = 'exchange'
  readonly #service: Service
  readonly #read: Read
  #listeners: (() => void)[] | undefined
  #drainListeners: (() => void)[] | undefined
  /** The response, if it was made at once, as most are: it needs no pending promise. */
  #response: globalThis.Response | undefined
  #resolve: ((response: globalThis.Response) => void) | undefined
  #incoming: Incoming | undefined
  #watcher: (() => void) | undefined
  #gone = false
  readonly scope: HTTPScope
  readonly receive: Receive = () => this.#receive()
  readonly send: Send
  readonly #wire: FetchWire
  readonly #responder: Responder

  constructor(service: Service, read: Read) {
    this.#service = service
    this.#read = read
    this.scope = buildScope(
      service,
      read,
      (listener) => this.#listen(listener),
      (listener) => this.#listenForDraining(listener),
    )
    this.#wire = new FetchWire(this, service.file)
    this.#responder = new Responder(this.scope, this.#wire)
    this.send = this.#responder.send
  }

  /** Calls the app, and returns its response. */
  answer(): Promise<globalThis.Response> {
    run(this.#service.app, this)
    if (this.#response !== undefined) return Promise.resolve(this.#response)
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Delivers the response; only the first call has an effect. */
  deliver(response: globalThis.Response): void {
    if (this.#resolve === undefined) this.#response ??= response
    else this.#resolve(response)
  }

  end(): void {
    this.#incoming?.end()
  }

  /** Called when the client has disconnected before the response was complete. */
  leave(): void {
    if (this.#gone || this.isComplete) return
    this.#gone = true
    this.#wire.leave()
    this.#incoming?.end()
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    for (const listener of listeners) this.#call(listener)
  }

  drain(): void {
    for (const listener of this.#drainListeners?.splice(0) ?? []) this.#call(listener)
  }

  #listenForDraining(listener: () => void): void {
    this.#drainListeners ??= []
    if (this.#service.draining) this.#call(listener)
    else this.#drainListeners.push(listener)
  }

  cut(): void {
    this.leave()
    this.deliver(refusal(503))
  }

  #receive(): Promise<ReceiveMessage> {
    this.#incoming ??= new Incoming(this.#read.request, () => this.leave())
    // After the body, `receive` waits for the disconnect of the client.
    this.#watch()
    if (this.#gone || this.isComplete) this.#incoming.end()
    return this.#incoming.receive()
  }

  #listen(listener: () => void): void {
    this.#watch()
    this.#listeners ??= []
    if (this.#gone) this.#call(listener)
    else this.#listeners.push(listener)
  }

  /** Watches the signal, only on demand: some runtimes create the signal when it is first read. */
  #watch(): void {
    if (this.#watcher !== undefined) return
    const watcher = (): void => this.leave()
    this.#watcher = watcher
    const { signal } = this.#read.request
    if (signal.aborted) this.leave()
    else signal.addEventListener('abort', watcher)
  }

  /** Calls a listener of the app, whose error must not reach the runtime. */
  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.#service.onError(error, this.scope)
    }
  }

  get isComplete(): boolean {
    return this.#responder.phase === 'complete'
  }

  goOn(ended: Promise<void>): void {
    this.#service.begin(this)
    // It is read now because some runtimes do not report it after the response was sent, while the app still
    // runs.
    void this.scope.client
    waitUntil(ended, ...this.#read.args)
  }

  incompleteness(): Error | undefined {
    if (this.isComplete || this.#wire.isGone) return undefined
    return incomplete(this.#responder.phase, this.#wire.isFlushed)
  }

  settle(error: unknown): void {
    this.#service.end(this)
    if (error !== undefined) this.#fail(error)
    // The client does not get this response, but the runtime must not wait forever.
    if (this.#gone) this.deliver(refusal(499))
    this.conclude()
  }

  /** Reports an error. If nothing was delivered, the answer is 500; otherwise, the body ends with an error. */
  #fail(error: unknown): void {
    if (!followsDisconnect(error, this.scope)) this.#service.onError(error, this.scope)
    if (!this.#wire.isFlushed) this.deliver(refusal(500, this.#read.request.method === 'HEAD'))
    else if (!this.isComplete) this.#responder.abort(error)
  }

  conclude(): void {
    this.#incoming?.end()
    this.#listeners = undefined
    if (this.#watcher === undefined) return
    this.#read.request.signal.removeEventListener('abort', this.#watcher)
  }
}

/** A fetch request keeps the fragment of its URL, which is never sent (RFC 9110 section 4.2.5). */
function withoutFragment(url: string): string {
  const end = url.indexOf('#')
  return end < 0 ? url : url.slice(0, end)
}

function alreadyRead(): TypeError {
  return new TypeError(
    'toFetch: the body of the request was already read. Pass request.clone(), made before it was read.',
  )
}
