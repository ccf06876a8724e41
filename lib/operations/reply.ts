/** The reply of an operation: a status and a body that the contract declares. */
import type { Background } from '../background.ts'
import type { CookieOptions } from '../http/cookies.ts'
import type { HeadersInit } from '../http/headers.ts'
import { outOfRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'

export interface ReplyOptions {
  /** More header fields (none). */
  headers?: HeadersInit
  /** Cookies to set, by name: a value, or a value with options (none). */
  cookies?: Readonly<Record<string, string | (CookieOptions & { readonly value: string })>>
  /** Runs after the response was sent, or after the client has disconnected (unset). */
  background?: Background
}

/** A status and its body. The operation makes the response from it by its contract. */
export class Reply<Status extends number = number, Body = unknown> {
  readonly status: Status
  readonly body: Body
  readonly options: ReplyOptions | undefined

  constructor(status: Status, body: Body, options: ReplyOptions | undefined) {
    this.status = status
    this.body = body
    this.options = options
  }
}

/**
 * Returns a reply of an operation. TypeScript checks that the contract declares the status and the type
 * of its body.
 *
 * @param body The input of the schema of this status; omit it for a status with the body `null`.
 * @throws RangeError if the status is not an integer from 200 to 599; TypeError for an unknown option.
 * @example
 * const create = operation(
 *   { body: z.object({ name: z.string() }), responses: { 201: z.object({ name: z.string() }) } },
 *   async ({ body }) => reply(201, body, { headers: { location: `/users/${body.name}` } }),
 * )
 */
// This overload comes first because it matches most replies, so the compiler tries no second one.
export function reply<Status extends number, const Body>(
  status: Status,
  body: Body,
  options?: ReplyOptions,
): Reply<Status, Body>
export function reply<Status extends number>(status: Status): Reply<Status, null>
export function reply(status: number, body: unknown = null, options?: ReplyOptions): Reply {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    const what = 'the status must be an integer from 200 to 599'
    throw outOfRange('reply', what, status, 'Write reply(200, body)')
  }
  if (options !== undefined) knownOptions('reply', options, 'headers cookies background')
  return new Reply(status, body, options)
}
