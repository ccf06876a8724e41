/** The kinds of request bodies that an operation accepts. */
import { limitsOf, PARTS } from '../forms/limits.ts'
import type { FormOptions, UploadFile } from '../forms.ts'
import { check, checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Request } from '../requests.ts'
import type { AnySchema, SchemaInput, SchemaOutput } from '../types/schemas.ts'
import { formReader, type UploadRule } from './formbodies.ts'
import { decodeJSON, readJSON } from './json.ts'
import { assertSchema } from './schemas.ts'

export type { UploadRule } from './formbodies.ts'

type AnyRequest = Request<never, never>

/** The names of all kinds of bodies. */
export type BodyKind = 'json' | 'form' | 'multipart' | 'msgpack' | 'text' | 'bytes' | 'stream'

/** A kind of body: its media types, how it is read, and the schema that validates it. */
export interface Body<Output = unknown, Kind extends BodyKind = BodyKind, Sent = unknown> {
  readonly kind: Kind
  /** The content types that it accepts; the keys of a record replace them. `*` + `/*` accepts all. */
  readonly mediaTypes: readonly string[]
  readonly schema: AnySchema | undefined
  /** The files of a multipart form, by the names of their fields. */
  readonly files?: Readonly<Record<string, UploadRule>>
  /** Reads and decodes a body; throws HTTPException 400 and 413. */
  read(request: AnyRequest): unknown
  /** Decodes the whole body. It is missing if `read` needs more than the bytes. */
  readonly decode?: (bytes: Uint8Array) => unknown
  readonly limit?: BodyLimitOptions | undefined
  /** Phantom, never set: the type that the handler gets. */
  readonly output?: Output
  /** Phantom, never set: the type that a client sends. */
  readonly sends?: Sent
}

/** The body of a contract: a schema for JSON, a kind of body, or an object of these by media type. */
export type BodyContract =
  | AnySchema
  | Body
  | Readonly<Record<`${string}/${string}`, AnySchema | Body>>

/** The type of a body that a handler gets. */
export type BodyOutput<Given> = Given extends AnySchema
  ? SchemaOutput<Given>
  : Given extends Body<infer Output>
    ? Output
    : BodyOutput<Given[keyof Given]>

/** The options of a body with a size limit. */
export interface BodyLimitOptions {
  /** The maximum number of bytes (10 MB, or the limit of `bodyLimit()`). A larger body gets a 413. */
  maxSize?: number
}

/**
 * Declares a JSON body. A schema alone means the same; use `json` to set a limit.
 *
 * @throws TypeError if the schema does not follow Standard Schema, or an option is unknown; RangeError if
 * the limit is invalid.
 * @example
 * operation({ body: json(z.array(z.number()), { maxSize: 1000 }) }, async ({ body }) => reply(200, body.length))
 */
export function json<Given extends AnySchema>(
  schema: Given,
  options: BodyLimitOptions = {},
): Body<SchemaOutput<Given>, 'json', SchemaInput<Given>> {
  assertSchema('json', 'the schema', schema)
  const limit = limitOf('json', options)
  const mediaTypes = ['application/json', 'application/*+json']
  return {
    kind: 'json',
    mediaTypes,
    schema,
    read: (request) => readJSON(request, limit),
    decode: decodeJSON,
    limit: limit.maxSize === undefined ? undefined : limit,
  }
}

export interface FormBodyOptions extends BodyLimitOptions {
  /** The maximum number of text fields (1,000). More get a 413. */
  maxFields?: number
}

/**
 * Declares a urlencoded form, as HTML forms send it by default. Texts are converted to the types of the
 * schema. A name that occurs more than once gives a list.
 *
 * @throws TypeError if the schema does not follow Standard Schema, or an option is unknown.
 * @example
 * operation({ body: form(z.object({ name: z.string(), age: z.int() })) }, async ({ body }) => reply(200, body))
 */
export function form<Given extends AnySchema>(
  schema: Given,
  options: FormBodyOptions = {},
): Body<SchemaOutput<Given>, 'form', SchemaInput<Given>> {
  assertSchema('form', 'the schema', schema)
  knownOptions('form', options, 'maxSize maxFields')
  limitsOf(options, 'form')
  const mediaTypes = ['application/x-www-form-urlencoded']
  return { kind: 'form', mediaTypes, schema, read: formReader(schema, options, {}) }
}

/** The type of a file of a form, by its rule. */
type Uploaded<Rule> = Rule extends { readonly many: true }
  ? UploadFile[]
  : Rule extends { readonly optional: true }
    ? UploadFile | undefined
    : UploadFile

type UploadedFiles<Rules> = { readonly [Name in keyof Rules]: Uploaded<Rules[Name]> }

/** The type of the files that a client sends, by the rules. */
type SentFiles<Rules> = {
  readonly [Name in keyof Rules as Optional<Rules[Name], never, Name>]: Blob
} & {
  readonly [Name in keyof Rules as Optional<Rules[Name], Name, never>]?: Rules[Name] extends {
    readonly many: true
  }
    ? readonly Blob[]
    : Blob
}

type Optional<Rule, Yes, No> = Rule extends { readonly many: true } | { readonly optional: true }
  ? Yes
  : No

export interface MultipartOptions<Rules> extends FormOptions {
  /** The files of the form, by the names of their fields (none): `{ photo: { maxSize: 1_000_000 } }`. */
  files?: Rules
}

/** An object schema without members forbids all members, but files are removed before validation. */
type TextsOf<Input> = [Input] extends [Record<string, never>] ? unknown : Input

/**
 * Declares a multipart form. The schema validates its texts; rules check the sizes and types of its files.
 *
 * A file input without a file counts as missing. The schema validates files without a rule, as
 * UploadFile objects. All files are deleted when the request ends.
 *
 * @throws TypeError if the schema does not follow Standard Schema, or an option is unknown.
 * @example
 * operation(
 *   { body: multipart(z.object({ title: z.string() }), { files: { photo: { types: ['image/*'] } } }) },
 *   async ({ body }) => reply(200, `${body.title}: ${body.photo.size} bytes`),
 * )
 */
export function multipart<
  Given extends AnySchema,
  const Rules extends Readonly<Record<string, UploadRule>> = Record<never, UploadRule>,
>(
  schema: Given,
  options: MultipartOptions<Rules> = {},
): Body<
  SchemaOutput<Given> & UploadedFiles<Rules>,
  'multipart',
  TextsOf<SchemaInput<Given>> & SentFiles<Rules>
> {
  assertSchema('multipart', 'the schema', schema)
  knownOptions('multipart', options, `files ${PARTS} maxMemorySize directory`)
  const { files, ...limits } = options
  limitsOf(limits, 'multipart')
  for (const [name, rule] of Object.entries(files ?? {})) assertRule(name, rule)
  return {
    kind: 'multipart',
    mediaTypes: ['multipart/form-data'],
    schema,
    ...(files === undefined ? {} : { files }),
    read: formReader(schema, limits, files ?? {}),
  }
}

function assertRule(name: string, rule: UploadRule): void {
  const where = `multipart: the file "${name}"`
  knownOptions(where, rule, 'maxSize types optional many maxCount')
  const { maxSize = 1, maxCount = 1, types = [] } = rule
  checkRange(where, maxSize >= 0, 'maxSize must be a number of bytes', maxSize, 'Write 5_000_000')
  checkRange(where, maxCount >= 1, 'maxCount must be at least 1', maxCount, 'Leave it out')
  assertTypes(where, 'types', types)
}

function assertTypes(where: string, option: string, types: unknown): void {
  const areTypes = Array.isArray(types) && types.every((type) => /^[^/]+\/[^/]+$/.test(type))
  const what = `${option} must be a list of media types`
  check(where, areTypes, what, types, `Write ${option}: ['image/*']`)
}

/**
 * Declares a body of UTF-8 text. Without a schema, the handler gets the text.
 *
 * @throws TypeError if the schema does not follow Standard Schema, or an option is unknown.
 * @example
 * operation({ body: text() }, async ({ body }) => reply(200, body.length))
 */
export function text(schema?: undefined, options?: BodyLimitOptions): Body<string, 'text', string>
export function text<Given extends AnySchema>(
  schema: Given,
  options?: BodyLimitOptions,
): Body<SchemaOutput<Given>, 'text', string>
export function text(schema?: AnySchema, options: BodyLimitOptions = {}): Body<unknown, 'text'> {
  if (schema !== undefined) assertSchema('text', 'the schema', schema)
  const limit = limitOf('text', options)
  return {
    kind: 'text',
    mediaTypes: ['text/plain'],
    schema,
    read: (request) => request.text(limit),
  }
}

/**
 * Declares a body that the handler gets as bytes. Any content type is accepted unless `mediaTypes` is set.
 *
 * @throws TypeError if an option is unknown.
 * @example
 * operation({ body: bytes({ mediaTypes: ['image/png'] }) }, async ({ body }) => reply(200, body.byteLength))
 */
export function bytes(options: BytesOptions = {}): Body<Uint8Array, 'bytes'> {
  return rawBody('bytes', options, (request, limit) => request.bytes(limit))
}

export interface BytesOptions extends BodyLimitOptions {
  /** The content types to accept (all). */
  mediaTypes?: readonly string[]
}

/**
 * Declares a body that the handler reads as a stream. Any content type is accepted unless `mediaTypes`
 * is set.
 *
 * @throws TypeError if an option is unknown.
 * @example
 * operation({ body: stream() }, async ({ body }) => {
 *   let size = 0
 *   for await (const part of body) size += part.byteLength
 *   return reply(200, size)
 * })
 */
export function stream(
  options: BytesOptions = {},
): Body<AsyncGenerator<Uint8Array, void, undefined>, 'stream'> {
  return rawBody('stream', options, (request, limit) => request.stream(limit))
}

/** Declares a body without a schema. */
function rawBody<Output, Kind extends BodyKind>(
  kind: Kind,
  options: BytesOptions,
  read: (request: AnyRequest, limit: BodyLimitOptions) => unknown,
): Body<Output, Kind> {
  knownOptions(kind, options, 'maxSize mediaTypes')
  const { mediaTypes = ['*/*'], ...limit } = options
  limitsOf(limit, kind)
  assertTypes(kind, 'mediaTypes', mediaTypes)
  return { kind, mediaTypes, schema: undefined, read: (request) => read(request, limit) }
}

export function limitOf(where: string, options: BodyLimitOptions): BodyLimitOptions {
  knownOptions(where, options, 'maxSize')
  limitsOf(options, where)
  return options
}
