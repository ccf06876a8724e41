/** The parts of an OpenAPI document (version 3.1 or 3.2) that this package writes. */

import type { SecurityRequirement, SecurityScheme } from '../authentication/schemes.ts'
import type { JSONSchema } from '../operations/schemas.ts'

/** The metadata of the API. */
export interface OpenAPIInfo {
  readonly title: string
  readonly version: string
  readonly summary?: string
  readonly description?: string
  readonly termsOfService?: string
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string }
  readonly license?: { readonly name: string; readonly identifier?: string; readonly url?: string }
}

/** A server of the API. */
export interface OpenAPIServer {
  readonly url: string
  readonly description?: string
  readonly variables?: Readonly<
    Record<string, { readonly default: string; readonly enum?: readonly string[] }>
  >
}

/** A group of operations. */
export interface OpenAPITag {
  readonly name: string
  readonly summary?: string
  readonly description?: string
}

/** A parameter in the path, the query, a header field or a cookie. */
export interface OpenAPIParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly required?: boolean
  readonly description?: string
  readonly deprecated?: boolean
  readonly style?: string
  readonly explode?: boolean
  readonly schema: JSONSchema
}

/** A body of one media type. */
export interface OpenAPIMedia {
  readonly schema?: JSONSchema
  /** The schema of each item of a stream; version 3.2. */
  readonly itemSchema?: JSONSchema
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
  readonly encoding?: Readonly<Record<string, OpenAPIEncoding>>
}

/** How a field of a form is written. */
export interface OpenAPIEncoding {
  readonly contentType?: string
  readonly style?: string
  readonly explode?: boolean
}

/** The body of a request. */
export interface OpenAPIBody {
  readonly required?: boolean
  readonly content: Readonly<Record<string, OpenAPIMedia>>
}

/** A response by its status. */
export interface OpenAPIResponse {
  readonly description: string
  readonly headers?: Readonly<Record<string, object>>
  readonly content?: Readonly<Record<string, OpenAPIMedia>>
}

/** One operation: a path and a method. */
export interface OpenAPIOperation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly externalDocs?: { readonly url: string; readonly description?: string }
  readonly operationId?: string
  readonly parameters?: readonly OpenAPIParameter[]
  readonly requestBody?: OpenAPIBody
  readonly responses: Readonly<Record<string, OpenAPIResponse | { readonly $ref: string }>>
  readonly deprecated?: boolean
  readonly security?: readonly SecurityRequirement[]
  readonly servers?: readonly OpenAPIServer[]
}

/** The operations of one path, by method in lower case. */
export type OpenAPIPath = Readonly<Record<string, OpenAPIOperation>>

/** An OpenAPI document. */
export interface OpenAPIDocument {
  readonly openapi: string
  readonly info: OpenAPIInfo
  readonly servers?: readonly OpenAPIServer[]
  readonly tags?: readonly OpenAPITag[]
  readonly paths: Readonly<Record<string, OpenAPIPath>>
  readonly components?: {
    readonly schemas?: Readonly<Record<string, JSONSchema>>
    readonly responses?: Readonly<Record<string, OpenAPIResponse>>
    readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>
  }
  readonly security?: readonly SecurityRequirement[]
  readonly externalDocs?: { readonly url: string; readonly description?: string }
}
