/** Makes the response of a reply: with JSON, with a stream, or without a body. */
import { isBodyless, statusPhrase } from '../http/status.ts'
import { shown } from '../internal/checks.ts'
import { isSource, type Source } from '../internal/sources.ts'
import { Response, type ResponseOptions } from '../responses/response.ts'
import { type ReplySettings, toJSON } from './encode.ts'
import type { ReplyOptions } from './reply.ts'
import type { Declared } from './responses.ts'
import type { Validated } from './schemas.ts'
import { eventStream, lineStream, pieceStream } from './streams.ts'

/** The declared response of a status, and how its body is written. */
export interface ResponseFormat extends Declared {
  /** The status; -1 for all statuses that are not declared individually. */
  readonly status: number
  /** Whether the output of the schema is plain JSON, which needs no encoding. */
  readonly isPlain: boolean
  /** Whether it is declared for one status, with a schema, as `application/json`. */
  readonly isUsual: boolean
}

/** The parts of a response except its body. */
interface ResponseParts {
  readonly format: ResponseFormat
  readonly status: number
  readonly options: ReplyOptions | undefined
  readonly settings: ReplySettings
  /** Returns the error for an item of a stream that does not match its schema. */
  readonly unfit: (result: Validated) => Error
}

/**
 * Returns the response with a validated body.
 *
 * @throws TypeError if the status cannot have this body.
 */
export function responseOf(parts: ResponseParts, body: unknown): Response {
  if (body instanceof Response) return body
  const { format, status, options } = parts
  const isNone = format.content === 'none' || isBodyless(status)
  const made = optionsOf(parts)
  if (isNone || (body === null && format.schema === undefined)) {
    return withCookies(bodyless(status, body, made), options)
  }
  const response = format.content === 'json' ? json(parts, body, made) : stream(parts, body, made)
  return withCookies(response, options)
}

/** A JSON response. Its class sets the media type, because options would be checked for each response. */
class JSONText extends Response<string> {
  static override readonly mediaType: string = 'application/json'
}

/** Returns the result of `responseOf` for a usual format without options, but faster. */
export function usualResponse(
  format: ResponseFormat,
  body: unknown,
  settings: ReplySettings,
): Response<never> {
  if (body instanceof Response) return body
  const response = new JSONText(jsonOf(format, body, settings))
  response.status = format.status
  return response
}

function jsonOf(
  { isPlain }: ResponseFormat,
  value: unknown,
  { validates, encode }: ReplySettings,
): string {
  // An optional schema accepts undefined, which has no JSON form.
  return isPlain && validates && encode === undefined && value !== undefined
    ? JSON.stringify(value)
    : toJSON(value, encode)
}

function optionsOf({ status, format, options }: ResponseParts): ResponseOptions {
  const made: ResponseOptions = { status }
  if (format.mediaType !== undefined) made.mediaType = format.mediaType
  if (options?.headers !== undefined) made.headers = options.headers
  if (options?.background !== undefined) made.background = options.background
  return made
}

function bodyless(status: number, body: unknown, options: ResponseOptions): Response {
  const { mediaType: _none, ...others } = options
  if (body === null || body === undefined) return new Response(null, others)
  throw new TypeError(
    `operation: a response of ${status} has no body, ${shown(body)} was given. Write reply(${status}).`,
  )
}

const PROBLEM = 'application/problem+json'

function json(parts: ResponseParts, body: unknown, options: ResponseOptions): Response {
  const { format, status, settings } = parts
  const value =
    format.mediaType === PROBLEM
      ? { type: 'about:blank', title: statusPhrase(status), status, ...(body as object) }
      : body
  // A string of another type, such as text/plain, is the content itself.
  const isText = typeof value === 'string' && !format.mediaType?.includes('json')
  return new Response(isText ? value : jsonOf(format, value, settings), options)
}

function stream(parts: ResponseParts, body: unknown, options: ResponseOptions): Response {
  const { content, schema } = parts.format
  if (content === 'file' && (typeof body === 'string' || body instanceof Uint8Array)) {
    return new Response(body, options)
  }
  if (!isSource(body)) {
    throw new TypeError(
      `operation: a response of ${parts.status} is a stream, ${shown(body)} was given. Return an iterable.`,
    )
  }
  if (content === 'file') return pieceStream(body as Source<string | Uint8Array>, options)
  const mapping = { ...parts.settings, schema, unfit: parts.unfit }
  return content === 'events'
    ? eventStream(body, options, mapping)
    : lineStream(body, options, mapping)
}

function withCookies(response: Response, options: ReplyOptions | undefined): Response {
  for (const [name, cookie] of Object.entries(options?.cookies ?? {})) {
    if (typeof cookie === 'string') response.setCookie(name, cookie)
    else {
      const { value, ...rest } = cookie
      response.setCookie(name, value, rest)
    }
  }
  return response
}
