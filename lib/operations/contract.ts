/** The contract of an operation: its inputs, its responses, and its documentation. */
import type { ValidationError } from '../exceptions/validation.ts'
import type { Request } from '../requests.ts'
import type { Answer } from '../routing/endpoint.ts'
import type { AnySchema } from '../types/schemas.ts'
import type { BodyContract } from './bodies.ts'
import type { ResponseContract } from './responses.ts'

/**
 * An object that finds a value for a connection: a dependency of `stellula/dependencies`, or any object
 * with this method.
 */
export interface Resolvable<Value = unknown> {
  // It is a method because parameters of methods are bivariant: a dependency may require its own state type.
  of(connection: Request<never, never>): Value
}

/** The bodies of responses by status; `default` is for all other statuses. */
export interface Responses {
  readonly [status: number]: ResponseContract
  readonly default?: ResponseContract
}

/** Returns the response to invalid input, instead of a problem document. */
export type OnInvalid = (error: ValidationError, request: Request) => Answer | Promise<Answer>

/**
 * The contract of `operation()`. Every key is optional.
 *
 * Guards run first, in order. Then params, query, headers, cookies and the body are read and validated,
 * and all their issues are reported at once. Then the dependencies are found, and the handler is called.
 */
export interface Contract {
  /** A schema for the path parameters, for rules that convertors cannot express. */
  readonly params?: AnySchema
  /** A schema for an object of the query parameters. Texts are converted to its types. */
  readonly query?: AnySchema
  /** A schema for an object of header fields. The case of their names does not matter. */
  readonly headers?: AnySchema
  /** A schema for an object of cookies. */
  readonly cookies?: AnySchema
  /**
   * A schema for a JSON body; or `form`, `multipart`, `msgpack`, `text`, `bytes` or `stream`; or an object
   * of these by media type. A request with another content type gets a 415.
   */
  readonly body?: BodyContract
  /** The status codes that the handler may return, and their bodies. */
  readonly responses?: Responses
  /** Dependencies by name. The handler gets their values under these names. */
  readonly use?: Readonly<Record<string, Resolvable>>
  /**
   * Dependencies that run before any input is read. They throw to refuse the request. Documents list the
   * security schemes of `secured()` ones.
   */
  readonly guards?: readonly Resolvable[]
  /** A short text for the document. */
  readonly summary?: string
  /** A long text for the document, in CommonMark. */
  readonly description?: string
  /** Groups in the document. */
  readonly tags?: readonly string[]
  /** A unique name in the document (derived from the route's name or path). */
  readonly operationId?: string
  /** Whether the document marks the operation as deprecated (false). */
  readonly deprecated?: boolean
  /** The URL of more documentation. */
  readonly externalDocs?: { readonly url: string; readonly description?: string }
  /** Leaves the operation out of the document (false). */
  readonly hidden?: boolean
  /** Fields for the document whose names begin with `x-`. */
  readonly extensions?: Readonly<Record<`x-${string}`, unknown>>
  /** Whether bodies of responses are validated and stripped by their schema (true). */
  readonly validateResponses?: boolean
  /** Returns the response to invalid input, such as a page with the form's errors (a problem document). */
  readonly onInvalid?: OnInvalid
  /** The status of the response to invalid input: 422 or 400 (422). */
  readonly status?: 400 | 422
  /** Converts a value without a JSON form to one that has a JSON form, before a body is written. */
  readonly encode?: (value: unknown) => unknown
}

/** The names of all keys of a contract. */
export const CONTRACT_KEYS =
  'params query headers cookies body responses use guards summary description tags operationId deprecated externalDocs hidden extensions validateResponses onInvalid status encode'
