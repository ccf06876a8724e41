/** An exchange with the server's own request and response, where nobody stands in between. */
import { ServerResponse } from 'node:http'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import type { HandedOver } from '../../servers/node/handover.ts'
import { ACCEPTED, type HTTPScope } from '../../types.ts'
import { exceptionOf } from './errors.ts'
import type { NodeRequest } from './request.ts'
import { targetOf } from './target.ts'

/**
 * Runs a handler as `http.createServer` would: all is Node's, but for the path and what becomes of
 * errors. A message for each step, which nobody looks at, would cost as much again as a small
 * exchange.
 */
export class NativeExchange {
  readonly request: NodeRequest
  readonly response: ServerResponse
  readonly #scope: HTTPScope
  readonly #handed: HandedOver
  #failure: { readonly error: unknown } | undefined
  #settle: (() => void) | undefined

  constructor(scope: HTTPScope, handed: HandedOver) {
    this.#scope = scope
    this.#handed = handed
    this.request = Object.assign(handed.request, targetOf(scope))
    this.response = measured(handed.response, this)
  }

  /** Calls the handler; the promise is that of the whole exchange. */
  run(handle: () => unknown): Promise<void> {
    let returned: unknown
    try {
      returned = handle()
    } catch (error) {
      this.failInside(error)
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    if (!isThenable(returned) && this.response.writableEnded) return ACCEPTED
    return new Promise((resolve, reject) => {
      const settle = (): void => (this.#failure ? reject(this.#failure.error) : resolve())
      this.#settle = settle
      if (isThenable(returned)) returned.then(() => this.#finish(), this.failInside)
      else this.#finish()
    })
  }

  /** Ends the exchange with an error from inside, which may have a status. */
  readonly failInside = (error: unknown): void => this.fail(exceptionOf(error, this.#scope))

  /** Ends the exchange without a response from here, or in the middle of it. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    if (!this.response.headersSent) forget(this.response)
    this.#settle?.()
  }

  #finish(): void {
    const { response } = this
    if (response.writableEnded) this.#settle?.()
    else {
      this.#handed.whenOver(() => {
        if (response.writableFinished) this.#settle?.()
        else this.fail(response.errored ?? new ClientDisconnected())
      })
    }
  }
}

const EXCHANGE: unique symbol = Symbol('exchange')

interface Measured extends ServerResponse {
  [EXCHANGE]: NativeExchange
}

/**
 * Makes a body that is not as long as its head says fail the exchange, whose response is then cut: the
 * client would wait for what is missing, or take what is too much for its next response.
 *
 * Node would throw it at whoever writes, who may be nobody that an error can be thrown at.
 */
function measured(response: ServerResponse, exchange: NativeExchange): ServerResponse {
  response.strictContentLength = true
  return Object.assign(response, { [EXCHANGE]: exchange, write, end })
}

function write(this: Measured, ...all: Parameters<typeof writePlain>): boolean {
  try {
    return writePlain.apply(this, all)
  } catch (error) {
    failLength(this, error)
    return false
  }
}

function end(this: Measured, ...all: Parameters<typeof endPlain>): Measured {
  try {
    endPlain.apply(this, all)
  } catch (error) {
    failLength(this, error)
  }
  return this
}

const { write: writePlain, end: endPlain } = ServerResponse.prototype

function failLength(response: Measured, error: unknown): void {
  if (!isMismatch(error)) throw error
  response[EXCHANGE].fail(
    new ProtocolError(
      `fromNode: a body is not as long as its head says. ${error.message}. Leave the header out, or count again.`,
      { cause: error },
    ),
  )
}

function isMismatch(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && error.code === 'ERR_HTTP_CONTENT_LENGTH_MISMATCH'
  )
}

/**
 * What a handler has put on a response that it did not send is no part of the answer that is made
 * instead: neither fields, nor methods of its own, such as those of a compression.
 */
function forget(response: ServerResponse): void {
  Object.setPrototypeOf(response, ServerResponse.prototype)
  for (const name of Object.keys(response)) {
    const isOverride = !name.startsWith('_') && typeof Reflect.get(response, name) === 'function'
    if (isOverride && name in ServerResponse.prototype) Reflect.deleteProperty(response, name)
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = 200
  Reflect.deleteProperty(response, 'statusMessage')
  response.sendDate = true
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
