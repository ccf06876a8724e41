/** The types of the options of calls. */
import type { PathParams } from '../convertors/params.ts'
import type { Body, BodyKind } from '../operations/bodies.ts'
import type { AnySchema, SchemaInput } from '../types/schemas.ts'
import type { Call } from './calls.ts'
import type { StatusOf } from './receiving.ts'

/** Bytes to send. */
export type Bytes = Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array>

/** The options of every call. */
export interface CallOptions<Status extends number = number> {
  /** Aborts the request, and the stream of its response (none). */
  readonly signal?: AbortSignal
  /** The statuses that are not errors (all). For other statuses the call throws ClientError. */
  readonly expect?: readonly Status[]
}

/** Header fields; a list is one field. */
type Fields = Readonly<Record<string, unknown>>

type Nothing = Record<never, never>

/** A member that is optional if its value is. */
type Member<Name extends string, Value> = Nothing extends Value
  ? { readonly [Key in Name]?: Value }
  : undefined extends Value
    ? { readonly [Key in Name]?: Value }
    : { readonly [Key in Name]: Value }

/** The input of a schema, or another type if the schema accepts anything. */
type InputOf<Given, Otherwise> = Given extends AnySchema
  ? unknown extends SchemaInput<Given>
    ? Otherwise
    : SchemaInput<Given>
  : Otherwise

type Params<Path extends string, Contract> = Typed<
  PathParams<Path>,
  Contract extends { readonly params: infer Given } ? InputOf<Given, unknown> : unknown
>

/** The path parameters, with the types of the contract's schema. */
type Typed<Known, Given> = {
  readonly [Name in keyof Known]: Name extends keyof Given
    ? unknown extends Given[Name]
      ? Known[Name]
      : Given[Name]
    : Known[Name]
}

type ParamsPart<Path extends string, Contract> = keyof PathParams<Path> extends never
  ? unknown
  : Member<'params', Params<Path, Contract>>

type QueryPart<Contract> = Contract extends { readonly query: infer Given }
  ? Member<'query', InputOf<Given, Fields>>
  : unknown

type HeadersPart<Contract> = Contract extends { readonly headers: infer Given }
  ? Member<'headers', InputOf<Given, Fields> & Fields>
  : { readonly headers?: Fields }

type BodyPart<Contract> = Contract extends { readonly body: infer Given } ? BodyOf<Given> : unknown

type BodyOf<Given> = Given extends AnySchema
  ? Member<'body', SchemaInput<Given>>
  : Given extends Body<unknown, infer Kind, infer Sent>
    ? ByKind<Kind, Sent>
    : { [Type in keyof Given]: BodyOf<Given[Type]> & TypePart<Type, Given[Type]> }[keyof Given]

type ByKind<Kind extends BodyKind, Sent> = Kind extends 'json'
  ? Member<'body', Sent>
  : Kind extends 'form' | 'multipart'
    ? Member<Kind, Sent>
    : Kind extends 'text'
      ? { readonly text: string }
      : Kind extends 'msgpack'
        ? { readonly bytes: Bytes; readonly contentType: `application/${string}` }
        : { readonly bytes: Bytes; readonly contentType?: string }

/** The content type, unless the kind of body implies it. */
type TypePart<Type, Given> = Type extends
  | 'application/x-www-form-urlencoded'
  | 'multipart/form-data'
  | 'text/plain'
  ? unknown
  : [Type, Given] extends ['application/json', AnySchema]
    ? unknown
    : { readonly contentType: Type }

/** The options for a handler without a contract. */
interface AnyParts {
  readonly query?: Fields
  readonly headers?: Fields
  readonly body?: unknown
  readonly form?: Fields
  readonly multipart?: Fields
  readonly text?: string
  readonly bytes?: Bytes
  readonly contentType?: string
}

/** The options of a call, from the contract of its operation. */
export type OptionsOf<Given, Expected extends number> =
  Given extends Call<string, infer Path, infer Contract>
    ? CallOptions<Expected> &
        ParamsPart<Path, Contract> &
        (unknown extends Contract
          ? AnyParts
          : QueryPart<Contract> & HeadersPart<Contract> & BodyPart<Contract>)
    : never

/** The arguments after the key of a call. The options may be omitted if all of them are optional. */
export type ArgumentsOf<Given, Expected extends StatusOf<Given>> =
  Nothing extends OptionsOf<Given, Expected>
    ? [options?: OptionsOf<Given, Expected>]
    : [options: OptionsOf<Given, Expected>]
