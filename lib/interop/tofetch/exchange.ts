/** One fetch request and its response: calls the app, and brings the exchange to an end whatever it does. */
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { parseTarget, type Target } from '../../servers/target.ts'
import {
  ACCEPTED,
  type App,
  type HeaderList,
  type HTTPScope,
  type Scope,
  type ServerAddress,
  type State,
} from '../../types.ts'
import { readFields } from './fields.ts'
import { Incoming } from './incoming.ts'
import { clientOf, waitUntil } from './info.ts'
import { makeResponse, Outgoing, type Outlet } from './outgoing.ts'

/** What a handler does with its requests. */
export interface Service {
  readonly app: App
  readonly rootPath: string
  readonly server: ServerAddress | null
  state: State | undefined
  /** Told of apps that take longer than their call, background work included. */
  readonly begin: () => void
  readonly end: () => void
  /** Never throws. */
  readonly onError: (error: unknown, scope: Scope) => void
}

/** What came with a request: the arguments behind it, as the runtime gave them. */
export type Came = readonly [info: unknown, context: unknown]

const ASGI = { version: '3.0', specVersion: '2.5' } as const

/** Answers a request; rejects only when its body was read by somebody else. */
export function exchange(
  service: Service,
  request: globalThis.Request,
  came: Came,
): Promise<globalThis.Response> {
  if (request.bodyUsed) return Promise.reject(alreadyRead())
  const target = parseTarget(request.url)
  const headers = target && readFields(request, target.authority ?? '')
  if (target === undefined || headers === undefined) return Promise.resolve(refusal(400))
  return new Exchange(service, request, came).run(target, headers)
}

class Exchange implements Outlet {
  readonly #service: Service
  readonly #request: globalThis.Request
  readonly #came: Came
  readonly #response: Promise<globalThis.Response>
  readonly #listeners: (() => void)[] = []
  #resolve: (response: globalThis.Response) => void = () => {}
  #outgoing: Outgoing | undefined
  #incoming: Incoming | undefined
  #watching = false
  #gone = false
  #scope: HTTPScope | undefined

  constructor(service: Service, request: globalThis.Request, came: Came) {
    this.#service = service
    this.#request = request
    this.#came = came
    this.#response = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  run(target: Target, headers: HeaderList): Promise<globalThis.Response> {
    const scope = this.#buildScope(target, headers)
    const outgoing = new Outgoing(scope, this)
    this.#scope = scope
    this.#outgoing = outgoing
    let done: Promise<void>
    try {
      // What JavaScript, without types, may return is no promise.
      done = Promise.resolve(
        this.#service.app(scope, this.#receive, (message) => outgoing.send(message)),
      )
    } catch (error) {
      // An app that is no async function may throw before it returns a promise.
      done = Promise.reject(error)
    }
    if (done === ACCEPTED && outgoing.complete) this.#finish()
    else this.#await(done, scope, outgoing)
    return this.#response
  }

  deliver(response: globalThis.Response): void {
    this.#resolve(response)
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
    for (const listener of this.#listeners.splice(0)) this.#call(listener)
  }

  readonly #receive = () => {
    this.#incoming ??= new Incoming(this.#request, () => this.leave())
    // Whoever waits for what comes after the body waits for the end of the client, too.
    this.#watch()
    if (this.#gone || this.#outgoing?.complete) this.#incoming.end()
    return this.#incoming.receive()
  }

  #listen(listener: () => void): void {
    this.#watch()
    if (this.#gone) this.#call(listener)
    else this.#listeners.push(listener)
  }

  /** Not before somebody wants to know: some runtimes make the signal when it is asked for. */
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    const { signal } = this.#request
    if (signal.aborted) this.leave()
    else signal.addEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => this.leave()

  /** For the app's own listeners: an error would reach the runtime. */
  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      if (this.#scope !== undefined) this.#service.onError(error, this.#scope)
    }
  }

  #await(done: Promise<void>, scope: HTTPScope, outgoing: Outgoing): void {
    this.#service.begin()
    const ended = done.then(
      () => this.#settle(scope, outgoing, outgoing.settled ? undefined : incomplete(outgoing)),
      (error: unknown) =>
        this.#settle(scope, outgoing, error ?? new Error('rejected with nothing')),
    )
    waitUntil(ended, ...this.#came)
  }

  /** Before anything was delivered a 500 is possible; afterwards only a broken body says it. */
  #settle(scope: HTTPScope, outgoing: Outgoing, error: unknown): void {
    this.#service.end()
    if (error !== undefined) {
      if (!(error instanceof ClientDisconnected)) this.#service.onError(error, scope)
      if (!outgoing.delivered) this.#resolve(refusal(500))
      else if (!outgoing.complete) outgoing.cut(error)
    }
    // Nobody sees it; but nobody is to wait for ever either.
    if (this.#gone) this.#resolve(refusal(499))
    this.#finish()
  }

  #finish(): void {
    this.#incoming?.end()
    this.#listeners.splice(0)
    if (this.#watching) this.#request.signal.removeEventListener('abort', this.#abort)
  }

  #buildScope(target: Target, headers: HeaderList): HTTPScope {
    const { rootPath, server, state } = this.#service
    const request = this.#request
    const [info, context] = this.#came
    // The keys, and their order, are those of `serve()`.
    return {
      type: 'http',
      asgi: ASGI,
      httpVersion: '1.1',
      method: request.method,
      scheme: request.url.startsWith('https:') ? 'https' : 'http',
      path: rootPath + target.path,
      rawPath: rootPath + target.rawPath,
      queryString: target.queryString,
      rootPath,
      headers,
      client: clientOf(request, info),
      server,
      extensions: { fetch: { request, info, context } },
      onDisconnect: (listener) => this.#listen(listener),
      state: state === undefined ? undefined : { ...state },
      appRootPath: undefined,
      app: undefined,
      router: undefined,
      route: undefined,
      endpoint: undefined,
      pathParams: undefined,
      exceptionHandlers: undefined,
      maxBodySize: undefined,
      startChanges: undefined,
    }
  }
}

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** An answer of the handler's own. */
export function refusal(status: number): globalThis.Response {
  const text = TEXTS[status] ?? ''
  const fields = ['content-type', 'text/plain; charset=utf-8']
  return makeResponse(text, status, [...fields, 'content-length', String(text.length)])
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
