/** Makes an AsyncAPI document from routes. */

import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { Components } from '../openapi/components.ts'
import { pascalCase } from '../openapi/names.ts'
import { Schemes } from '../openapi/security.ts'
import { assertSchema } from '../operations/schemas.ts'
import { type ListedRoute, routes } from '../routing/listing.ts'
import type { Routable } from '../routing/reverse.ts'
import { Router } from '../routing/router.ts'
import type { AnySchema } from '../types/schemas.ts'
import type { App } from '../types.ts'
import { type FoundSocket, Names, parametersIn, socketsIn } from './channels.ts'
import { channelOf, type DescribedChannel, operationsOf } from './described.ts'
import { messagesOf, receivedBy, sentBy } from './messages.ts'
import { draft07 } from './schemas.ts'
import { schemeOf, securityOf } from './security.ts'
import { Servers } from './servers.ts'
import type { AsyncAPIDocument, AsyncAPIInfo, AsyncAPIServer, AsyncAPITag } from './types.ts'

/** The messages that an application publishes to a channel of `stellula/channels`, or receives from it. */
export interface AsyncAPIChannelOptions {
  /** A Standard Schema of its messages, which are JSON. */
  message: AnySchema
  /** Whether the application publishes, subscribes, or does both ('both'). */
  action?: 'send' | 'receive' | 'both'
  /** A short text (none). */
  summary?: string
  /** A long text, in CommonMark (none). */
  description?: string
  /** Groups of operations (none). */
  tags?: readonly string[]
}

export interface AsyncAPIOptions {
  /**
   * The servers of the API, by name (none). Those with the protocol `ws` or `wss` serve websockets, the
   * others serve channels.
   */
  servers?: Readonly<Record<string, AsyncAPIServer>>
  /** The channels of the application, by their names (none). A name may have parameters, such as `{room}`. */
  channels?: Readonly<Record<string, AsyncAPIChannelOptions>>
  /** Whether to include websockets whose handlers do not describe their messages (true). */
  plain?: boolean
}

const WHERE = 'asyncapi'

/**
 * Makes the AsyncAPI 3.0 document of the websockets of an application, a router or a list of routes.
 *
 * Handlers of `websocketListener` and `websocketStream` describe their messages: each is an operation that
 * receives and may reply, or one that sends. Other websockets are listed by their paths; `hidden` ones are
 * omitted. The same routes give the same document. Schemas with a name become components, in JSON Schema
 * draft 7.
 *
 * @throws TypeError if an option is unknown or invalid, the title or version missing, or if two different
 * schemas or security schemes have the same name.
 * @example
 * const double = websocketListener((n) => n * 2, { parse: z.number(), sends: z.number() })
 * const document = asyncapi([WebSocketRoute('/double', double)], { title: 'Numbers', version: '1.0.0' })
 * console.log(Object.keys(document.operations)) // [ 'receiveDouble' ]
 */
export function asyncapi(
  app: App | readonly Routable[],
  info: AsyncAPIInfo,
  options: AsyncAPIOptions = {},
): AsyncAPIDocument {
  knownOptions(WHERE, options, 'servers channels plain')
  const { title, version } = (info ?? {}) as Partial<AsyncAPIInfo>
  const isInfo = typeof title === 'string' && typeof version === 'string'
  const what = 'the info must have a title and a version'
  check(WHERE, isInfo, what, info, "Write { title: 'Chat', version: '1.0.0' }")
  const isApp = Array.isArray(app) || typeof app === 'function'
  const either = 'it takes an application or a list of routes'
  check(WHERE, isApp, either, app, 'Write asyncapi(app, info)')
  const listed = routes(typeof app === 'function' ? app : Router(app))
  return new DocumentBuilder(options).document(listed, info, options)
}

/** The state that the channels of a document share. */
class DocumentBuilder {
  readonly #components = new Components(WHERE)
  readonly #schemes = new Schemes(WHERE)
  readonly #channels = new Names()
  readonly #operations = new Names()
  readonly #servers: Servers

  constructor({ servers = {}, channels = {} }: AsyncAPIOptions) {
    this.#servers = new Servers(servers, Object.keys(channels).length > 0)
  }

  document(
    listed: readonly ListedRoute[],
    info: AsyncAPIInfo,
    { channels = {}, plain = true }: AsyncAPIOptions,
  ): AsyncAPIDocument {
    const found = [
      ...socketsIn(listed, plain).map((socket) => this.#socket(socket)),
      ...Object.entries(channels).map(([name, channel]) => this.#channel(name, channel)),
    ]
    // The final names of schemas are only known now.
    const described = this.#components.finished(found)
    const servers = this.#servers.byName
    const components = this.#parts()
    return {
      asyncapi: '3.0.0',
      info,
      ...(Object.keys(servers).length === 0 ? {} : { servers }),
      channels: Object.fromEntries(described.map((one) => [one.id, channelOf(one)])),
      operations: Object.fromEntries(described.flatMap(operationsOf)),
      ...(Object.keys(components).length === 0 ? {} : { components }),
    }
  }

  #parts(): NonNullable<AsyncAPIDocument['components']> {
    const schemas = this.#components.finished(this.#components.schemas)
    const schemes = Object.entries(this.#schemes.byName).map(([name, one]) => [name, schemeOf(one)])
    const drafted = Object.entries(schemas).map(([name, one]) => [name, draft07(one)])
    return {
      ...(drafted.length === 0 ? {} : { schemas: Object.fromEntries(drafted) }),
      ...(schemes.length === 0 ? {} : { securitySchemes: Object.fromEntries(schemes) }),
    }
  }

  #socket({ route, address, parameters, contract }: FoundSocket): DescribedChannel {
    const words = route.name === '' ? address : route.name
    const { settings } = route
    const use = { side: 'input', where: address, hint: pascalCase(words) } as const
    const guards = settings.flatMap((layer) => layer.guards ?? [])
    const required = this.#schemes.requirementsOf(guards)
    const security = required && securityOf(required, this.#schemes.byName)
    const { summary, description } = contract ?? {}
    const tags = tagsOf(settings.flatMap((layer) => layer.tags ?? []))
    return {
      ...this.#named(words),
      ...{ address, parameters, servers: this.#servers.ofSocket(route.host) },
      receives: contract === undefined ? [] : receivedBy(contract, this.#components, use),
      sends: contract === undefined ? [] : sentBy(contract, this.#components, use),
      isAnswering: contract?.kind === 'listener',
      common: { ...textsOf({ summary, description }), ...tags, ...(security && { security }) },
    }
  }

  #channel(name: string, given: AsyncAPIChannelOptions): DescribedChannel {
    const where = `${WHERE}: the channel "${name}"`
    knownOptions(where, given, 'message action summary description tags')
    const { message, action = 'both', tags = [] } = given
    assertSchema(where, 'message', message)
    const isAction = ['send', 'receive', 'both'].includes(action)
    check(where, isAction, "action must be 'send', 'receive' or 'both'", action, 'Omit it for both')
    const side = (own: 'input' | 'output') => {
      const use = { side: own, where: `the channel "${name}"`, hint: pascalCase(name) }
      return messagesOf(message, undefined, 'application/json', this.#components, use, 'message')
    }
    return {
      ...this.#named(name),
      ...{ address: name, parameters: parametersIn(name), servers: this.#servers.ofChannels },
      receives: action === 'send' ? [] : side('input'),
      sends: action === 'receive' ? [] : side('output'),
      isAnswering: false,
      common: { ...textsOf(given), ...tagsOf(tags) },
    }
  }

  #named(words: string): Pick<DescribedChannel, 'id' | 'ids'> {
    const id = this.#channels.of(words)
    const ids = {
      receive: this.#operations.of('receive', id),
      send: this.#operations.of('send', id),
    }
    return { id, ids }
  }
}

type Texts = Pick<AsyncAPIChannelOptions, 'summary' | 'description'>

function textsOf({ summary, description }: { readonly [Name in keyof Texts]: string | undefined }) {
  return { summary, description } as Texts // JSON omits what is undefined
}

function tagsOf(names: readonly string[]): { tags?: AsyncAPITag[] } {
  return names.length === 0 ? {} : { tags: [...new Set(names)].map((name) => ({ name })) }
}
