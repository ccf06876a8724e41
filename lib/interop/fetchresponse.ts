/** Converts a fetch response to one that a handler can return. */

import type { Background } from '../background.ts'
import { Headers } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type MessageTypes, Response } from '../responses/response.ts'
import type { HTTPResponseStartMessage, Scope, Send } from '../types.ts'
import { forwardedFields } from './fetchresponse/fields.ts'
import { transfer } from './fetchresponse/transfer.ts'

export interface FetchResponseOptions {
  /**
   * Whether the body is already decoded (true for gzip, deflate and br, which `fetch` decodes; false for
   * others). `content-encoding` and `content-length` are then removed.
   */
  decoded?: boolean
  /** Work to run after the response was sent, or its client disconnected (none). */
  background?: Background
}

/**
 * Converts a fetch `Response`: status, fields and body. The body is streamed with back-pressure, and
 * cancelled if the client disconnects.
 *
 * Hop-by-hop fields are removed (`Connection` and the fields it names, `Keep-Alive`,
 * `Transfer-Encoding`, …). Its `headers` can be changed until it is sent. It can be sent once.
 *
 * @throws TypeError if the value is not a fetch Response, if its body was already read, or if it is an
 * error (`Response.error()`), which has no status.
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

/** @throws TypeError if the value is not a fetch Response whose body can be sent. */
export function assertUsable(response: globalThis.Response, where = 'fetchResponse'): void {
  if (!isFetchResponse(response)) {
    throw new TypeError(
      `${where}: the value must be a fetch Response, ${describe(response)} was given. ${hint(response)}`,
    )
  }
  if (response.status < 200) {
    throw new TypeError(
      `${where}: a response with status ${response.status} cannot be sent. Answer with 502 instead.`,
    )
  }
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError(
      `${where}: the body was already read. Pass response.clone(), made before it was read.`,
    )
  }
}

/** Other packages have their own classes, so this checks the structure. */
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
    // The type of the start matches the types of the messages.
    const start = this.start(types) as HTTPResponseStartMessage
    if (!body?.locked) return transfer(body, start, types, scope, send)
    return Promise.reject(
      new TypeError('fetchResponse: the body was already sent or read. Fetch again.'),
    )
  }
}
