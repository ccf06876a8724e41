/** One operation of a document. */
import { refusalsBy } from '../authoring/refusing.ts'
import type { LayerSettings } from '../layers/settings.ts'
import type { Contract } from '../operations/contract.ts'
import type { ListedRoute } from '../routing/listing.ts'
import { requestBodyOf } from './bodies.ts'
import type { Use } from './components.ts'
import type { DocumentContext } from './context.ts'
import { camelCase, pascalCase } from './names.ts'
import { parametersOf } from './parameters.ts'
import { responsesOf } from './responses.ts'
import type { OpenAPIOperation, OpenAPIParameter, OpenAPIServer } from './types.ts'

/** The input for one operation. */
export interface FoundOperation {
  readonly route: ListedRoute
  readonly method: string
  /** The template. */
  readonly path: string
  readonly parameters: readonly OpenAPIParameter[]
  readonly contract: Contract | undefined
  /** Whether its convertors refuse some texts, which are then answered with 404. */
  readonly isNarrow: boolean
}

/** Makes an operation object from a contract and its layers, or from the path of a handler. */
export function operationOf(described: FoundOperation, context: DocumentContext): OpenAPIOperation {
  const { route, method, path, parameters, contract = {} } = described
  const where = `${method} ${path}`
  const operationId = idOf(described, where, context)
  const use: Use = { side: 'input', where, hint: pascalCase(operationId) }
  const tags = [
    ...new Set([...route.settings.flatMap((layer) => layer.tags ?? []), ...(contract.tags ?? [])]),
  ]
  const guards = [
    ...route.settings.flatMap((layer) => layer.guards ?? []),
    ...(contract.guards ?? []),
    ...Object.values(contract.use ?? {}),
  ]
  const security = context.schemes.requirementsOf(guards)
  const all = parametersOf(contract, parameters, context.components, use)
  const layered = Object.assign({}, ...route.settings.map((layer) => layer.responses))
  const around = [...route.settings.flatMap((layer) => layer.middleware ?? []), ...guards]
  const refusals = [
    ...refusalsOf(contract, described, security !== undefined),
    ...around.flatMap((one) => refusalsBy(one, method)),
  ]
  const servers = serversOf(route, context.here)
  return {
    ...(tags.length === 0 ? {} : { tags }),
    ...textsOf(contract),
    operationId,
    ...(all.length === 0 ? {} : { parameters: all }),
    requestBody: contract.body && requestBodyOf(contract.body, context.components, use),
    responses: responsesOf(contract, layered, sorted(refusals), { ...context, use }),
    deprecated: contract.deprecated || undefined,
    security,
    servers,
    ...contract.extensions,
  } as OpenAPIOperation
}

function textsOf({ summary, description, externalDocs }: Contract): Partial<OpenAPIOperation> {
  // JSON omits what is undefined.
  return { summary, description, externalDocs } as Partial<OpenAPIOperation>
}

/**
 * The id of the contract, or one made from the method and the name of the route, or its path. A made id never
 * equals an id of a contract.
 *
 * @throws TypeError if the contract's own id is taken.
 */
function idOf(
  { route, method, path, contract }: FoundOperation,
  where: string,
  { ids, owners }: DocumentContext,
): string {
  const own = contract?.operationId
  const owner = own === undefined ? undefined : owners.get(own)
  if (own !== undefined && owner?.contract !== contract) {
    throw new TypeError(
      `openapi: two operations have the operationId "${own}", ${owner?.where} and ${where}. Give one of them another.`,
    )
  }
  const verb = method.toLowerCase()
  const named = own ?? camelCase(verb, route.name === '' ? path : route.name)
  const isFree = (id: string): boolean => !ids.has(id) && (id === own || !owners.has(id))
  const base = isFree(named) ? named : (own ?? camelCase(verb, path))
  let id = base
  for (let number = 2; !isFree(id); number++) id = `${base}${number}`
  ids.add(id)
  return id
}

function sorted(statuses: readonly number[]): number[] {
  return [...new Set(statuses)].sort((one, other) => one - other)
}

/** The statuses of requests that are refused before the handler is called. */
function refusalsOf(
  contract: Contract,
  { route: { settings }, isNarrow }: FoundOperation,
  isSecured: boolean,
): number[] {
  const { params, query, headers, cookies, body, status, onInvalid } = contract
  const layered = settings.findLast((layer) => layer.status !== undefined)?.status
  const invalid = status ?? layered ?? 422
  const hasInputs = [params, query, headers, cookies, body].some((source) => source !== undefined)
  return [
    ...(body === undefined ? [] : [400, 413, 415]),
    ...(isSecured ? [401, 403] : []),
    ...(isNarrow ? [404] : []),
    ...(hasInputs && onInvalid === undefined ? [invalid] : []),
    ...timeoutsOf(settings),
  ]
}

/** The status of the timeout; the innermost layer's setting is used. */
function timeoutsOf(settings: readonly LayerSettings[]): number[] {
  const timeout = settings.findLast((layer) => layer.timeout !== undefined)?.timeout ?? false
  if (timeout === false) return []
  return [typeof timeout === 'number' ? 503 : (timeout.status ?? 503)]
}

/** The server entries of routes within a host. */
function serversOf({ host }: ListedRoute, here: ReadonlySet<string>): OpenAPIServer[] | undefined {
  if (host === undefined || here.has(host)) return undefined
  const variables = [...host.matchAll(/\{(\w+)(?::\w+)?\}/g)].map(([, name = '']) => name)
  const url = `https://${host.replace(/\{(\w+):\w+\}/g, '{$1}')}`
  if (variables.length === 0) return [{ url }]
  return [
    { url, variables: Object.fromEntries(variables.map((name) => [name, { default: name }])) },
  ]
}
