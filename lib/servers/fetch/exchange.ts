/** One fetch request and its response: calls the app, and brings the exchange to an end whatever it does. */
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { parseTarget } from '../../protocol/target.ts'
import { type HTTPScope, type Receive, type ReceiveMessage, SENT, type Send } from '../../types.ts'
import { readFields } from './fields.ts'
import { asksForWebSocket, subprotocolsOf } from './handshake.ts'
import { Incoming } from './incoming.ts'
import { waitUntil } from './info.ts'
import { Outgoing, type Outlet } from './outgoing.ts'
import { refusal } from './refusal.ts'
import {
  buildScope,
  buildWebSocketScope,
  type Came,
  type Open,
  type Read,
  type Service,
} from './scope.ts'

/** Answers a request; rejects only when its body was read by somebody else. */
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
  const { upgrade } = service
  if (upgrade === undefined || !asksForWebSocket(request.method, headers)) {
    return new Exchange(service, read).run()
  }
  const scope = buildWebSocketScope(service, read, subprotocolsOf(headers))
  const run = ({ Session }: Sessions): Promise<globalThis.Response> =>
    new Session({ ...service, upgrade }, scope, request, came[0]).run()
  return sessions === undefined ? loadSessions().then(run) : run(sessions)
}

type Sessions = typeof import('./session.ts')

let sessions: Sessions | undefined

/** Loads what talks over websockets, which only some runtimes do. */
export async function loadSessions(): Promise<Sessions> {
  sessions = await import('./session.ts')
  return sessions
}

class Exchange implements Outlet, Open {
  readonly kind = 'exchange'
  readonly #service: Service
  readonly #read: Read
  #listeners: (() => void)[] | undefined
  #drainListeners: (() => void)[] | undefined
  /** What is answered at once, as most is, needs no promise that waits for it. */
  #response: globalThis.Response | undefined
  #resolve: ((response: globalThis.Response) => void) | undefined
  #outgoing: Outgoing | undefined
  #incoming: Incoming | undefined
  #watcher: (() => void) | undefined
  #gone = false
  #scope: HTTPScope | undefined

  constructor(service: Service, read: Read) {
    this.#service = service
    this.#read = read
  }

  run(): Promise<globalThis.Response> {
    const scope = buildScope(
      this.#service,
      this.#read,
      (listener) => this.#listen(listener),
      (listener) => this.#listenForDraining(listener),
    )
    const outgoing = new Outgoing(scope, this, this.#service.file)
    // Not as fields: V8 puts functions that are assigned to a property where only full collections
    // look, and all that they refer to, here the whole exchange, stays until then.
    const receive: Receive = () => this.#receive()
    const send: Send = (message) => outgoing.send(message)
    this.#scope = scope
    this.#outgoing = outgoing
    let done: Promise<void>
    try {
      // What JavaScript, without types, may return is no promise.
      done = Promise.resolve(this.#service.app(scope, receive, send))
    } catch (error) {
      // An app that is no async function may throw before it returns a promise.
      done = Promise.reject(error)
    }
    if (done === SENT && outgoing.complete) this.#finish()
    else this.#await(done, scope, outgoing)
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
    if (this.#gone || this.#outgoing?.complete) return
    this.#gone = true
    this.#outgoing?.leave()
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
    // Whoever waits for what comes after the body waits for the end of the client, too.
    this.#watch()
    if (this.#gone || this.#outgoing?.complete) this.#incoming.end()
    return this.#incoming.receive()
  }

  #listen(listener: () => void): void {
    this.#watch()
    this.#listeners ??= []
    if (this.#gone) this.#call(listener)
    else this.#listeners.push(listener)
  }

  /** Not before somebody wants to know: some runtimes make the signal when it is asked for. */
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
      if (this.#scope !== undefined) this.#service.onError(error, this.#scope)
    }
  }

  #await(done: Promise<void>, scope: HTTPScope, outgoing: Outgoing): void {
    this.#service.begin(this)
    // The last moment to ask for it: what goes on may want to know once the response has gone.
    void scope.client
    const ended = done.then(
      () => this.#settle(scope, outgoing, outgoing.settled ? undefined : incomplete(outgoing)),
      (error: unknown) =>
        this.#settle(scope, outgoing, error ?? new Error('rejected with nothing')),
    )
    waitUntil(ended, ...this.#read.came)
  }

  /** Before anything was delivered a 500 is possible; afterwards only a broken body says it. */
  #settle(scope: HTTPScope, outgoing: Outgoing, error: unknown): void {
    this.#service.end(this)
    if (error !== undefined) {
      if (!(error instanceof ClientDisconnected)) this.#service.onError(error, scope)
      if (!outgoing.delivered) this.deliver(refusal(500))
      else if (!outgoing.complete) outgoing.cut(error)
    }
    // Nobody sees it; but nobody is to wait for ever either.
    if (this.#gone) this.deliver(refusal(499))
    this.#finish()
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

function incomplete(outgoing: Outgoing): ProtocolError {
  return new ProtocolError(
    outgoing.delivered
      ? 'the app ended before its response was complete. Is a last body message, or an await, missing?'
      : 'the app ended without a response. Is a return or an await missing?',
  )
}
