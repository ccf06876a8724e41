/** The types of the answers of calls. */
import type { Content } from '../operations/responses.ts'
import type { AnySchema, SchemaOutput } from '../types/schemas.ts'
import type { Call } from './calls.ts'
import type { Jsonified } from './json.ts'
import type { ReceivedEvent } from './streams.ts'

/** An answer with one status. */
export interface ClientAnswer<Status extends number = number, Body = unknown> {
  readonly status: Status
  readonly body: Body
  readonly headers: globalThis.Headers
  readonly response: globalThis.Response
}

/** The HTTP statuses that a response can have. */
// biome-ignore format: a table
type HTTPStatus =
  | 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226
  | 300 | 301 | 302 | 303 | 304 | 305 | 307 | 308
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416
  | 417 | 418 | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451
  | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511

/** The statuses that a contract does not declare, such as 422 for invalid input, or 502 of a proxy. */
export type OtherStatus<Declared> = Exclude<HTTPStatus, Declared>

/** The body that a contract declares for a status. */
export type ReceivedBody<Declared> = Declared extends null
  ? null
  : Declared extends AnySchema
    ? Jsonified<SchemaOutput<Declared>>
    : Declared extends Content<infer Kind, unknown, infer Given, infer MediaType>
      ? ContentOf<Kind, Given, MediaType>
      : Declared extends { readonly schema: infer Inner }
        ? ReceivedBody<Inner>
        : unknown

type ContentOf<Kind, Given, MediaType> = Given extends AnySchema
  ? AsyncGenerator<
      Kind extends 'events'
        ? ReceivedEvent<Jsonified<SchemaOutput<Given>>>
        : Jsonified<SchemaOutput<Given>>,
      void
    >
  : FileOf<MediaType>

/** Text and JSON are parsed; other bodies can be read as a stream, or by `response.blob()`. */
type FileOf<MediaType> = string extends MediaType
  ? unknown
  : MediaType extends `text/${string}`
    ? string
    : MediaType extends `${string}json${string}`
      ? unknown
      : ReadableStream<Uint8Array>

type ResponsesOf<Given> =
  Given extends Call<string, string, infer Contract>
    ? Contract extends { readonly responses: infer Responses }
      ? Responses
      : unknown
    : never

/** The statuses that a call can expect: the declared ones, or any without a declaration. */
export type StatusOf<Given> =
  unknown extends ResponsesOf<Given> ? number : keyof ResponsesOf<Given> & number

type Expectable<Responses, Expected extends number> = {
  [Status in Expected]: ClientAnswer<
    Status,
    Status extends keyof Responses ? ReceivedBody<Responses[Status]> : unknown
  >
}[Expected]

type Any<Responses> =
  | Expectable<Responses, keyof Responses & number>
  | ClientAnswer<
      OtherStatus<keyof Responses>,
      Responses extends { readonly default: infer Rest } ? ReceivedBody<Rest> : unknown
    >

/** The result of a call: an answer with one of the statuses that it expects, or with any possible status. */
export type AnswerOf<Given, Expected extends number> = [Expected] extends [never]
  ? unknown extends ResponsesOf<Given>
    ? ClientAnswer
    : Any<ResponsesOf<Given>>
  : Expectable<ResponsesOf<Given>, Expected>
