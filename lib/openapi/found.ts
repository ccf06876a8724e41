/** Finds the operations of routes, and puts them under the paths of a document. */
import type { Contract } from '../operations/contract.ts'
import type { ListedRoute } from '../routing/listing.ts'
import type { DocumentContext } from './context.ts'
import { fragmentOf, withFragment } from './fragments.ts'
import { type FoundOperation, operationOf } from './operation.ts'
import { templatesOf } from './paths.ts'
import type { OpenAPIOperation, OpenAPIPath } from './types.ts'

/** The methods that OpenAPI 3.1 allows in a path. */
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE']

/** The operations of the document, and other handlers unless `plain` is false. */
export function foundIn(
  listed: readonly ListedRoute[],
  plain: boolean,
  hasAllMethods: boolean,
): FoundOperation[] {
  return listed.flatMap((route) => {
    if (route.kind !== 'route' || isHidden(route)) return []
    return templatesOf(pathOf(route)).flatMap((template) =>
      methodsOf(route).flatMap(([method, handler]) => {
        const contract = contractOf(handler)
        const isLeftOut = contract === undefined ? !plain : contract.hidden === true
        if (isLeftOut || !(hasAllMethods || METHODS.includes(method))) return []
        return [{ route, method, contract, ...template }]
      }),
    )
  })
}

/** The contracts with an `operationId`, by that id. */
export function ownersIn(found: readonly FoundOperation[]): DocumentContext['owners'] {
  const owners = new Map<string, { contract: Contract; where: string }>()
  for (const { method, path, contract } of found) {
    const id = contract?.operationId
    if (contract === undefined || id === undefined || owners.has(id)) continue
    owners.set(id, { contract, where: `${method} ${path}` })
  }
  return owners
}

/**
 * The paths of the document. If several routes have a path and method, the first one is described, because it
 * answers.
 */
export function pathsOf(
  found: readonly FoundOperation[],
  context: DocumentContext,
): Record<string, OpenAPIPath> {
  const paths: Record<string, Record<string, unknown>> = {}
  const known = new Map<string, string>()
  for (const described of found) {
    const { path, method } = described
    // Templates that differ only in the names of parameters are the same path.
    const shape = path.replace(/\{[^}]*\}/g, '{}')
    const first = known.get(shape) ?? path
    known.set(shape, first)
    paths[first] ??= {}
    const place = placeOf(paths[first], method)
    const key = place === paths[first] ? method.toLowerCase() : method
    if (place[key] !== undefined) continue
    const fragment = fragmentOf(described.route.meta, method, path)
    place[key] = renameParameters(
      withFragment(operationOf(described, context), fragment),
      path,
      first,
    )
  }
  return paths as Record<string, OpenAPIPath>
}

/** The object for a method. OpenAPI 3.2 has other methods, except QUERY, in `additionalOperations`. */
function placeOf(path: Record<string, unknown>, method: string): Record<string, unknown> {
  if (METHODS.includes(method) || method === 'QUERY') return path
  path['additionalOperations'] ??= {}
  return path['additionalOperations'] as Record<string, unknown>
}

/** The operation with the parameter names of another template. */
function renameParameters(operation: OpenAPIOperation, from: string, to: string): OpenAPIOperation {
  if (from === to || operation.parameters === undefined) return operation
  const [own, others] = [namesIn(from), namesIn(to)]
  const parameters = operation.parameters.map((parameter) => {
    const name = parameter.in === 'path' ? others[own.indexOf(parameter.name)] : undefined
    return name === undefined ? parameter : { ...parameter, name }
  })
  return { ...operation, parameters }
}

function namesIn(template: string): string[] {
  return [...template.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name)
}

/** The path of a route. In a mount, the route for `/` answers the prefix, so the path has no trailing slash. */
export function pathOf({ path, route }: ListedRoute): string {
  const isRoot = 'path' in route && route.path === '/'
  return isRoot && path !== '/' ? path.slice(0, -1) : path
}

const ALL = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The methods and handlers. HEAD is omitted if the handler of GET serves it. */
function methodsOf({ handlers }: ListedRoute): [method: string, handler: unknown][] {
  return Object.entries(handlers).flatMap(([method, handler]): [string, unknown][] => {
    if (method === '*') return ALL.map((one) => [one, handler])
    return method === 'HEAD' && handler === handlers['GET'] ? [] : [[method, handler]]
  })
}

/** Whether a layer hides a route from documents. */
export function isHidden({ settings }: ListedRoute): boolean {
  return settings.findLast(({ hidden }) => hidden !== undefined)?.hidden === true
}

function contractOf(handler: unknown): Contract | undefined {
  return (handler as { contract?: Contract } | undefined)?.contract
}
