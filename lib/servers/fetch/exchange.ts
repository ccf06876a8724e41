/** One fetch request and its response: calls the app, and ends the exchange whatever the app does. */
import { followsDisconnect } from '../../exceptions/common.ts'
import { Responder } from '../../protocol/response.ts'
import { type Ending, incomplete, run, whenEnded } from '../../protocol/run.ts'
import { parseTarget } from '../../protocol/target.ts'
import { type HTTPScope, type Receive, type ReceiveMessage, SENT, type Send } from '../../types.ts'
import { readFields } from './fields.ts'
import { Incoming } from './incoming.ts'
import { waitUntil } from './info.ts'
import { refusal } from './refusal.ts'
import { buildScope, type Came, type Open, type Read, type Service } from './scope.ts'
import { FetchWire, type Outlet } from './wire.ts'

/** Answers a request; rejects only if its body was read before. */
export function exchange(
  service: Service,
  request: globalThis.Request,
  came: Came,
): Promise<globalThis.Response> {
  if (request.method !== 'GET' && request.bodyUsed) return Promise.reject(alreadyRead())
  const target = parseTarget(withoutFragment(request.url))
  const headers = target && readFields(request, target.authority ?? '')
  if (target === undefined || headers === undefined) return Promise.resolve(refusal(400))
  const read: Read = { request, came, target, headers }
  return service.upgrade?.answer(service, read) ?? new Exchange(service, read).run()
}

class Exchange implements Outlet, Open, Ending {
  readonly kind = 'exchange'
  readonly #service: Service
  readonly #read: Read
  #listeners: (() => void)[] | undefined
  #drainListeners: (() => void)[] | undefined
  /** What is answered at once, as most is, needs no promise that waits for it. */
  #response: globalThis.Response | undefined
  #resolve: ((response: globalThis.Response) => void) | undefined
  #incoming: Incoming | undefined
  #watcher: (() => void) | undefined
  #gone = false
  readonly #scope: HTTPScope
  readonly #wire: FetchWire
  readonly #responder: Responder

  constructor(service: Service, read: Read) {
    this.#service = service
    this.#read = read
    this.#scope = buildScope(
      service,
      read,
      (listener) => this.#listen(listener),
      (listener) => this.#listenForDraining(listener),
    )
    this.#wire = new FetchWire(this, service.file)
    this.#responder = new Responder(this.#scope, this.#wire)
  }

  run(): Promise<globalThis.Response> {
    // Not as fields: V8 puts functions that are assigned to a property where only full collections
    // look, and all that they refer to, here the whole exchange, stays until then.
    const receive: Receive = () => this.#receive()
    const send: Send = (message) => this.#responder.send(message)
    const done = run(this.#service.app, this.#scope, receive, send)
    if (done === SENT && this.#isComplete) this.#finish()
    else this.#await(done)
    if (this.#response !== undefined) return Promise.resolve(this.#response)
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** The first counts. */
  deliver(response: globalThis.Response): void {
    if (this.#resolve === undefined) this.#response ??= response
    else this.#resolve(response)
  }

  end(): void {
    this.#incoming?.end()
  }

  /** The client has gone before the response was complete. */
  leave(): void {
    if (this.#gone || this.#isComplete) return
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
    if (this.#gone || this.#isComplete) this.#incoming.end()
    return this.#incoming.receive()
  }

  #listen(listener: () => void): void {
    this.#watch()
    this.#listeners ??= []
    if (this.#gone) this.#call(listener)
    else this.#listeners.push(listener)
  }

  /** Only on demand: some runtimes make the signal when it is first read. */
  #watch(): void {
    if (this.#watcher !== undefined) return
    const watcher = (): void => this.leave()
    this.#watcher = watcher
    const { signal } = this.#read.request
    if (signal.aborted) this.leave()
    else signal.addEventListener('abort', watcher)
  }

  /** For the app's own listeners: an error would reach the runtime. */
  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.#service.onError(error, this.#scope)
    }
  }

  get #isComplete(): boolean {
    return this.#responder.phase === 'complete'
  }

  #await(done: Promise<void>): void {
    this.#service.begin(this)
    // Read now: some runtimes no longer know it once the response has gone, and the app goes on.
    void this.#scope.client
    waitUntil(whenEnded(done, this), ...this.#read.came)
  }

  incompleteness(): Error | undefined {
    if (this.#isComplete || this.#wire.isGone) return undefined
    return incomplete(this.#responder.phase, this.#wire.isFlushed)
  }

  settle(error: unknown): void {
    this.#service.end(this)
    if (error !== undefined) this.#fail(error)
    // The client does not see it, but the runtime must not wait for ever.
    if (this.#gone) this.deliver(refusal(499))
    this.#finish()
  }

  /** Before anything was delivered a 500 is possible; afterwards only a broken body says it. */
  #fail(error: unknown): void {
    if (!followsDisconnect(error, this.#scope)) this.#service.onError(error, this.#scope)
    if (!this.#wire.isFlushed) this.deliver(refusal(500, this.#read.request.method === 'HEAD'))
    else if (!this.#isComplete) this.#responder.abort(error)
  }

  #finish(): void {
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
    'toFetch: the body of the request was already read, so it is gone. Pass request.clone(), made before it was read.',
  )
}
