/** The responses that a contract declares. */

import { check, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Source } from '../internal/sources.ts'
import type { ServerSentEvent } from '../responses/events.ts'
import type { Response } from '../responses/response.ts'
import type { AnySchema, SchemaInput } from '../types/schemas.ts'
import { assertSchema, isSchema } from './schemas.ts'

/** A header field of a response, for the document. */
export interface ResponseHeader {
  readonly description?: string
  readonly schema?: AnySchema
  readonly required?: boolean
}

/** A response with more details than the schema of its body. */
export interface ResponseDetails {
  /** The schema of the body, `null` for no body, or a kind of content. */
  readonly schema: AnySchema | null | Content
  /** A text for the document (the reason phrase). */
  readonly description?: string
  /** Header fields for the document. */
  readonly headers?: Readonly<Record<string, ResponseHeader>>
  /** The media type ('application/json'). */
  readonly mediaType?: string
  /** Examples for the document, by name. */
  readonly examples?: Readonly<Record<string, unknown>>
}

/** Content that is not a single JSON value. */
export interface Content<
  Kind extends string = string,
  Item = unknown,
  Given = AnySchema | undefined,
  MediaType extends string = string,
> {
  readonly content: Kind
  readonly mediaType: MediaType
  readonly schema: Given
  /** Phantom, never set: the type that the handler returns. */
  readonly gives?: Item
}

/** The response that a contract declares for one status. */
export type ResponseContract = AnySchema | null | Content | ResponseDetails

/**
 * A type whose lists may be read-only. The body of a reply is inferred as a constant, which keeps literal
 * types but makes lists read-only.
 */
export type Relaxed<Type> = Type extends (...given: never) => unknown
  ? Type
  : Type extends object
    ? { readonly [Key in keyof Type]: Relaxed<Type[Key]> }
    : Type

/** The type of the body that a handler returns for a declared response. */
export type ReplyBody<Declared> = Declared extends null
  ? null | undefined
  : Declared extends AnySchema
    ? Relaxed<SchemaInput<Declared>>
    : Declared extends Content<string, infer Item, unknown>
      ? Item
      : Declared extends { readonly schema: infer Inner }
        ? ReplyBody<Inner>
        : never

/** The fields of an event whose data is a value of the schema. */
export interface EventOf<Data> extends Omit<ServerSentEvent, 'data'> {
  readonly data: Data
}

/**
 * Declares server-sent events. The handler returns an iterable; its items are validated and written as
 * JSON. An item is the data itself, or an event with more fields: `event({ data, id: '7' })`.
 *
 * @throws TypeError if the schema does not follow Standard Schema.
 * @example
 * operation({ responses: { 200: events(z.object({ tick: z.number() })) } }, async () => {
 *   async function* ticks() { for (let tick = 0; tick < 3; tick++) yield { tick } }
 *   return reply(200, ticks())
 * })
 */
export function events<Given extends AnySchema>(
  schema: Given,
): Content<
  'events',
  Source<Relaxed<SchemaInput<Given>> | ServerSentEventOf<Relaxed<SchemaInput<Given>>>>,
  Given
> {
  assertSchema('events', 'the schema', schema)
  return { content: 'events', mediaType: 'text/event-stream', schema }
}

/** A server-sent event with data of a type, made by `event()`. */
export class ServerSentEventOf<Data> {
  readonly fields: EventOf<Data>

  constructor(fields: EventOf<Data>) {
    this.fields = fields
  }
}

/**
 * Returns an event with more fields than its data, for `events(schema)`.
 *
 * @example
 * event({ data: { tick: 1 }, id: '1', event: 'tick' })
 */
export function event<Data>(fields: EventOf<Data>): ServerSentEventOf<Data> {
  knownOptions('event', fields, 'data event id retry comment')
  return new ServerSentEventOf(fields)
}

/**
 * Declares JSON lines. The handler returns an iterable; its items are validated and written one per line.
 *
 * @throws TypeError if the schema does not follow Standard Schema.
 * @example
 * operation({ responses: { 200: lines(z.object({ id: z.int() })) } }, async () => reply(200, [{ id: 1 }]))
 */
export function lines<Given extends AnySchema>(
  schema: Given,
): Content<'lines', Source<Relaxed<SchemaInput<Given>>>, Given> {
  assertSchema('lines', 'the schema', schema)
  return { content: 'lines', mediaType: 'application/jsonl', schema }
}

/**
 * Declares content of another media type. The handler returns text, bytes, a stream of them, or a
 * response such as `new FileResponse(path)`.
 *
 * @example
 * operation({ responses: { 200: file('text/csv') } }, async () => reply(200, 'id,name\n'))
 */
export function file<const MediaType extends string>(
  mediaType: MediaType,
): Content<
  'file',
  string | Uint8Array | Source<string | Uint8Array> | Response,
  undefined,
  MediaType
> {
  check(
    'file',
    /^[^/\s]+\/[^/\s]+/.test(mediaType),
    'it takes a media type',
    mediaType,
    "Write file('image/png')",
  )
  return { content: 'file', mediaType, schema: undefined }
}

/** A declared response in normalized form. */
export interface Declared {
  readonly schema: AnySchema | undefined
  readonly content: 'json' | 'none' | 'events' | 'lines' | 'file'
  readonly mediaType: string | undefined
  readonly details: ResponseDetails | undefined
}

/**
 * Normalizes the response that a contract declares for one status.
 *
 * @throws TypeError if it is not a schema, null or an object with a schema.
 */
export function declaredOf(where: string, status: string, given: unknown): Declared {
  const named = `${where}: the response of ${status}`
  const isDetailed =
    typeof given === 'object' && given !== null && !isSchema(given) && !isContent(given)
  if (!isDetailed) return plainOf(named, given, undefined)
  const details = given as ResponseDetails
  knownOptions(named, details, 'schema description headers mediaType examples')
  return plainOf(named, details.schema, details)
}

function plainOf(where: string, given: unknown, details: ResponseDetails | undefined): Declared {
  if (given === null) return { schema: undefined, content: 'none', mediaType: undefined, details }
  if (isContent(given)) {
    const mediaType = details?.mediaType ?? given.mediaType
    return { schema: given.schema, content: given.content as 'file', mediaType, details }
  }
  if (!isSchema(given)) {
    const what = 'must be a schema, null, or { schema, description, … }'
    throw invalid(where, what, given, 'Write null for no body')
  }
  const mediaType = details?.mediaType ?? ownMediaType(given) ?? 'application/json'
  return { schema: given, content: 'json', mediaType, details }
}

function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && 'content' in value && 'mediaType' in value
}

/** Returns the media type of a schema such as `Problem`, which has a property for it. */
function ownMediaType(schema: AnySchema): string | undefined {
  const own: unknown = Reflect.get(schema, 'mediaType')
  return typeof own === 'string' ? own : undefined
}
