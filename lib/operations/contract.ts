/** The contract of an operation: what it takes, what it answers, and what a document says of it. */
import type { ValidationError } from '../exceptions/validation.ts'
import type { Request } from '../requests.ts'
import type { Answer } from '../routing/endpoint.ts'
import type { AnySchema } from '../types/schemas.ts'
import type { BodyContract } from './bodies.ts'
import type { ResponseContract } from './responses.ts'

/**
 * A value that is found for a connection: a dependency of `stellula/dependencies`, or anything with
 * such a method.
 */
export interface Resolvable<Value = unknown> {
  // As a method, since those compare their parameters both ways: a dependency may read its own state.
  of(connection: Request<never, never>): Value
}

/** Security requirements of OpenAPI: the name of a scheme, and the scopes that it must grant. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>

/** What each status has as its body; `default` is for all others. */
export interface Responses {
  readonly [status: number]: ResponseContract
  readonly default?: ResponseContract
}

/** Answers invalid input in another way than with a problem document. */
export type OnInvalid = (error: ValidationError, request: Request) => Answer | Promise<Answer>

/**
 * What `operation()` is given. Every key may be left out.
 *
 * Guards run first, in order. Then params, query, headers, cookies and the body are read and validated,
 * and all of their issues reported at once. Then the dependencies are found, and the handler called.
 */
export interface Contract {
  /** A schema for the path parameters, for what convertors cannot say. */
  readonly params?: AnySchema
  /** A schema for an object of the query. Texts are turned into what it asks for. */
  readonly query?: AnySchema
  /** A schema for an object of header fields, which it names in any case. */
  readonly headers?: AnySchema
  /** A schema for an object of cookies. */
  readonly cookies?: AnySchema
  /**
   * A schema for a JSON body; or `form`, `multipart`, `msgpack`, `text`, `bytes` or `stream`; or an object
   * of these by media type. The request gets a 415 if its content type is another one.
   */
  readonly body?: BodyContract
  /** The status codes that the handler may answer with, and their bodies. */
  readonly responses?: Responses
  /** Dependencies, by the names under which the handler gets their values. */
  readonly use?: Readonly<Record<string, Resolvable>>
  /** Dependencies that must be found before anything of the request is read; they throw to refuse it. */
  readonly guards?: readonly Resolvable[]
  /** Security requirements for the document; those of `secured()` dependencies are added. */
  readonly security?: readonly SecurityRequirement[]
  /** A short text for the document. */
  readonly summary?: string
  /** A long text for the document, in CommonMark. */
  readonly description?: string
  /** Groups in the document. */
  readonly tags?: readonly string[]
  /** A unique name in the document (made of the route's name or path). */
  readonly operationId?: string
  /** Whether the document calls it deprecated (false). */
  readonly deprecated?: boolean
  /** More documentation, elsewhere. */
  readonly externalDocs?: { readonly url: string; readonly description?: string }
  /** Leaves the operation out of the document (false). */
  readonly hidden?: boolean
  /** Fields for the document whose names begin with `x-`. */
  readonly extensions?: Readonly<Record<`x-${string}`, unknown>>
  /** Whether bodies of responses are validated and stripped by their schema (true). */
  readonly validateResponses?: boolean
  /** Answers invalid input, such as a page with the form and its errors (a problem document). */
  readonly onInvalid?: OnInvalid
  /** The status of invalid input: 422 or 400 (422). */
  readonly status?: 400 | 422
  /** Turns values that have no JSON form into values that do, before a body is written. */
  readonly encode?: (value: unknown) => unknown
}

/** The names of all keys of a contract. */
export const CONTRACT_KEYS =
  'params query headers cookies body responses use guards security summary description tags operationId deprecated externalDocs hidden extensions validateResponses onInvalid status encode'
