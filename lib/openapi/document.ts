/** Makes an OpenAPI document from routes. */

import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type ListedRoute, routes } from '../routing/listing.ts'
import type { Routable } from '../routing/reverse.ts'
import { Router } from '../routing/router.ts'
import type { App } from '../types.ts'
import { Components } from './components.ts'
import type { DocumentContext } from './context.ts'
import { foundIn, ownersIn, pathsOf } from './found.ts'
import { extendDocument } from './fragments.ts'
import { Refusals } from './responses.ts'
import { Schemes } from './security.ts'
import type { OpenAPIDocument, OpenAPIInfo, OpenAPIServer, OpenAPITag } from './types.ts'

export interface OpenAPIOptions {
  /** The version of OpenAPI: '3.1', or '3.2', which describes the items of streams ('3.1'). */
  version?: '3.1' | '3.2'
  /** The servers of the API (the server of the document). */
  servers?: readonly OpenAPIServer[]
  /** Tags with descriptions, in the order of the document (those of the operations). */
  tags?: readonly OpenAPITag[]
  /** A link to more documentation (none). */
  externalDocs?: { readonly url: string; readonly description?: string }
  /** Whether to include handlers without a contract, with their paths and methods only (true). */
  plain?: boolean
  /**
   * A document to extend (none). Its paths and components are kept; for the same member, the value from the
   * routes is used.
   */
  base?: Readonly<Record<string, unknown>>
}

const VERSIONS = { '3.1': '3.1.1', '3.2': '3.2.0' } as const

/**
 * Makes the OpenAPI document of an application, a router or a list of routes.
 *
 * Operations are described by their contracts, other handlers by their paths and methods. Foreign apps and
 * `hidden` routes are omitted. The same routes give the same document. Schemas with a name become components;
 * the name is the `id` or `title` in their library's metadata.
 *
 * `meta: { openapi: … }` of a route or layer adds members that a contract does not have. It is an OpenAPI
 * operation object for all methods, or one for each method, by lower-case method.
 *
 * @throws TypeError if an option is unknown, the title or version missing, or if two different schemas,
 * two security schemes or two operations have the same name.
 * @example
 * const routes = [Route('/users/{id:int}', operation({ responses: { 200: z.string() } }, () => 'Ada'))]
 * const document = openapi(routes, { title: 'Users', version: '1.0.0' })
 * console.log(Object.keys(document.paths)) // [ '/users/{id}' ]
 */
export function openapi(
  app: App | readonly Routable[],
  info: OpenAPIInfo,
  options: OpenAPIOptions = {},
): OpenAPIDocument {
  knownOptions('openapi', options, 'version servers tags externalDocs plain base')
  assertInfo(info)
  const isApp = isList(app) || typeof app === 'function'
  check(
    'openapi',
    isApp,
    'it takes an application or a list of routes',
    app,
    'Write openapi(app, info)',
  )
  const { version = '3.1' } = options
  const fix = "Omit it for '3.1'"
  check('openapi', Object.hasOwn(VERSIONS, version), "version must be '3.1' or '3.2'", version, fix)
  return documentOf(routes(isList(app) ? Router(app) : app), info, options)
}

/**
 * Makes the document of listed routes.
 *
 * @param here The patterns of hosts that serve the document itself: their routes need no server entry.
 */
export function documentOf(
  listed: readonly ListedRoute[],
  info: OpenAPIInfo,
  { version = '3.1', plain = true, servers, tags, externalDocs, base = {} }: OpenAPIOptions,
  here: ReadonlySet<string> = new Set(),
): OpenAPIDocument {
  const found = foundIn(listed, plain, version === '3.2')
  const context: DocumentContext = {
    components: new Components(),
    schemes: new Schemes(),
    refusals: new Refusals(),
    ids: new Set(),
    owners: ownersIn(found),
    hasItems: version === '3.2',
    here,
  }
  const paths = pathsOf(found, context)
  const schemas = context.components.schemas
  const securitySchemes = context.schemes.byName
  const responses = context.refusals.byName
  const components = {
    ...(Object.keys(schemas).length === 0 ? {} : { schemas }),
    ...(Object.keys(responses).length === 0 ? {} : { responses }),
    ...(Object.keys(securitySchemes).length === 0 ? {} : { securitySchemes }),
  }
  // JSON omits what is undefined.
  const document = context.components.finished({
    openapi: VERSIONS[version],
    info,
    servers,
    tags,
    // Operations without a scheme need no authentication.
    security: (base['security'] ?? []) as NonNullable<OpenAPIDocument['security']>,
    paths,
    ...(Object.keys(components).length === 0 ? {} : { components }),
    externalDocs,
  } as OpenAPIDocument)
  return extendDocument(base, document)
}

function isList(app: App | readonly Routable[]): app is readonly Routable[] {
  return Array.isArray(app)
}

function assertInfo(info: unknown): void {
  const { title, version } = (info ?? {}) as Partial<OpenAPIInfo>
  const isInfo = typeof title === 'string' && typeof version === 'string'
  const fix = "Write { title: 'Users', version: '1.0.0' }"
  check('openapi', isInfo, 'the info must have a title and a version', info, fix)
}
