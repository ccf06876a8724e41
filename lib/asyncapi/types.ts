/** The parts of an AsyncAPI document (version 3.0) that this package writes. */
import type { JSONSchema } from '../operations/schemas.ts'

/** A reference to another part of the document. */
export interface AsyncAPIReference {
  readonly $ref: string
}

/** A group of operations. */
export interface AsyncAPITag {
  readonly name: string
  readonly description?: string
}

/** The metadata of the API. */
export interface AsyncAPIInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
  readonly termsOfService?: string
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string }
  readonly license?: { readonly name: string; readonly url?: string }
  readonly tags?: readonly AsyncAPITag[]
  readonly externalDocs?: { readonly url: string; readonly description?: string }
}

/** A server of the API: this application for `ws` and `wss`, or a broker. */
export interface AsyncAPIServer {
  /** The host with its port, without a scheme: 'example.org:8443'. */
  readonly host: string
  /** The protocol, such as 'wss', 'ws' or 'redis'. */
  readonly protocol: string
  readonly pathname?: string
  readonly title?: string
  readonly summary?: string
  readonly description?: string
  readonly variables?: Readonly<
    Record<string, { readonly default?: string; readonly enum?: readonly string[] }>
  >
}

/** A message of a channel. */
export interface AsyncAPIMessage {
  readonly name: string
  readonly contentType?: string
  /** A JSON Schema, draft 7. */
  readonly payload?: JSONSchema
}

/** A websocket, or a channel of a broker. */
export interface AsyncAPIChannel {
  /** The path of a websocket, or the name of a channel. */
  readonly address: string
  readonly summary?: string
  readonly description?: string
  readonly servers?: readonly AsyncAPIReference[]
  readonly parameters?: Readonly<Record<string, { readonly description?: string }>>
  readonly messages?: Readonly<Record<string, AsyncAPIMessage>>
}

/** What the application does with a channel: it sends messages, or receives them. */
export interface AsyncAPIOperation {
  /** The action of the application. */
  readonly action: 'send' | 'receive'
  readonly channel: AsyncAPIReference
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly AsyncAPITag[]
  readonly security?: readonly (AsyncAPIReference | object)[]
  readonly messages: readonly AsyncAPIReference[]
  readonly reply?: {
    readonly channel: AsyncAPIReference
    readonly messages: readonly AsyncAPIReference[]
  }
}

/** An AsyncAPI document. */
export interface AsyncAPIDocument {
  readonly asyncapi: string
  readonly info: AsyncAPIInfo
  readonly servers?: Readonly<Record<string, AsyncAPIServer>>
  readonly channels: Readonly<Record<string, AsyncAPIChannel>>
  readonly operations: Readonly<Record<string, AsyncAPIOperation>>
  readonly components?: {
    readonly schemas?: Readonly<Record<string, JSONSchema>>
    readonly securitySchemes?: Readonly<Record<string, object>>
  }
}
