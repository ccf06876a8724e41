/** A fetch response, as one that a handler can return. */

import type { Background } from '../background.ts'
import { Headers } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type MessageTypes, Response } from '../responses/response.ts'
import type { HTTPResponseStartMessage, Scope, Send } from '../types.ts'
import { forwardedFields } from './fetchresponse/fields.ts'
import { transfer } from './fetchresponse/transfer.ts'

export interface FetchResponseOptions {
  /**
   * Whether the body is not encoded any more, so that `content-encoding` and `content-length` are
   * left out (true for gzip, deflate and br, which `fetch` decodes; false for others).
   */
  decoded?: boolean
  /** Work to do once the response has been sent, or its client has gone (none). */
  background?: Background
}

/**
 * Turns a fetch `Response` into one of ours: status, fields and body, streamed no faster than the
 * client takes it, and cancelled when the client goes.
 *
 * The fields of its connection are left out (`Connection` and what it names, `Keep-Alive`,
 * `Transfer-Encoding`, …). Its `headers` can be changed until it is sent. It can be sent once.
 *
 * @throws TypeError when it is no fetch Response, when its body was read already, or when it is an
 * error (`Response.error()`) that has no status.
 * @example
 * Route('/proxy', async (request) => {
 *   return fetchResponse(await fetch(upstream, { signal: request.signal }))
 * })
 */
export function fetchResponse(
  response: globalThis.Response,
  options: FetchResponseOptions = {},
): Response<null> {
  knownOptions('fetchResponse', options, 'decoded background')
  assertUsable(response)
  return new Forwarded(response, options)
}

/** @throws TypeError when its body cannot be sent any more, or never could. */
export function assertUsable(response: globalThis.Response, where = 'fetchResponse'): void {
  if (!isFetchResponse(response)) {
    throw new TypeError(
      `${where}: a fetch Response is needed, ${describe(response)} was given. ${hint(response)}`,
    )
  }
  if (response.status < 200) {
    throw new TypeError(
      `${where}: a response with status ${response.status} cannot be sent. Answer with 502 instead.`,
    )
  }
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError(
      `${where}: the body was already read, so it is gone. Pass response.clone(), made before it was read.`,
    )
  }
}

/** Other packages bring classes of their own, so what it has counts. */
function isFetchResponse(value: unknown): value is globalThis.Response {
  if (value instanceof globalThis.Response) return true
  if (typeof value !== 'object' || value === null || value instanceof Response) return false
  return 'status' in value && 'headers' in value && 'body' in value && 'bodyUsed' in value
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object')
    return String(value === null ? null : typeof value)
  return value instanceof Response
    ? 'a Stellula response'
    : `an object (${value.constructor?.name})`
}

function hint(value: unknown): string {
  if (value instanceof Promise) return 'Is an await missing?'
  if (value === undefined) return 'Is a return missing, or did no route match?'
  return "Return globalThis's Response: Response.json(value), or new Response(text)."
}

class Forwarded extends Response<null> {
  readonly #response: globalThis.Response

  constructor(response: globalThis.Response, { decoded, background }: FetchResponseOptions) {
    const headers = new Headers(forwardedFields(response, decoded))
    super(null, { status: response.status, headers, ...(background && { background }) })
    this.#response = response
  }

  protected override get hasLength(): boolean {
    return false
  }

  protected override transmit(types: MessageTypes, send: Send, scope: Scope): Promise<void> {
    const { body } = this.#response
    // The type of the start follows from the types of the messages.
    const start = this.start(types) as HTTPResponseStartMessage
    if (!body?.locked) return transfer(body, start, types, scope, send)
    return Promise.reject(
      new TypeError(
        'fetchResponse: the body was already sent or read, so it is gone. Fetch again.',
      ),
    )
  }
}
