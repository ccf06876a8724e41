/** Reads OpenAPI members of operations from the `meta` of routes. */
import { check } from '../internal/checks.ts'
import { isObject } from '../operations/jsonreference.ts'
import { ANYTHING } from './responses.ts'
import type { OpenAPIOperation } from './types.ts'

type Members = Readonly<Record<string, unknown>>

/** The key of `meta`. */
const KEY = 'openapi'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']

/**
 * The operation object in a route's `meta` for one of its methods. The `meta` has one object for all methods,
 * or one for each method, by lower-case method.
 *
 * @throws TypeError if it is not an object.
 */
export function fragmentOf(
  meta: Readonly<Record<PropertyKey, unknown>>,
  method: string,
  path: string,
): Members {
  const given = meta[KEY]
  if (given === undefined) return {}
  const what = `meta.openapi of ${path} must be an object`
  const fix = 'Write { responses: { 200: { description: … } } }, or parse() your YAML'
  check('openapi', isObject(given), what, given, fix)
  const names = Object.keys(given)
  const isByMethod = names.length > 0 && names.every((name) => METHODS.includes(name))
  if (!isByMethod) return given
  const own = given[method.toLowerCase()] ?? {}
  check('openapi', isObject(own), what, own, fix)
  return own
}

/**
 * Merges a fragment into an operation. Members of the fragment replace others; objects are merged, and so are
 * parameters with the same name and place. The response that stands for any is omitted if the fragment has
 * responses.
 */
export function withFragment(operation: OpenAPIOperation, fragment: Members): OpenAPIOperation {
  if (Object.keys(fragment).length === 0) return operation
  const { default: others, ...known } = operation.responses
  const isReplaced = others === ANYTHING && fragment['responses'] !== undefined
  const base = isReplaced ? { ...operation, responses: known } : operation
  return {
    ...mergeMembers(base as unknown as Members, fragment),
    ...(fragment['parameters'] === undefined
      ? {}
      : { parameters: mergeParameters(operation.parameters ?? [], fragment['parameters']) }),
  } as OpenAPIOperation // the author is responsible for the other members
}

/** Extends a document, whose paths and components are kept. */
export function extendDocument<Document extends object>(
  base: Members,
  document: Document,
): Document {
  return mergeMembers(base, document as unknown as Members) as Document
}

function mergeMembers(one: Members, other: Members): Members {
  const all: Record<string, unknown> = { ...one }
  for (const [name, value] of Object.entries(other)) {
    const before = all[name]
    all[name] = isObject(before) && isObject(value) ? mergeMembers(before, value) : value
  }
  return all
}

function mergeParameters(known: readonly unknown[], given: unknown): unknown {
  if (!Array.isArray(given)) return given
  const keyOf = (one: unknown): string => (isObject(one) ? `${one['in']} ${one['name']}` : '')
  const byKey = new Map(known.map((one) => [keyOf(one), one]))
  for (const one of given) {
    const before = byKey.get(keyOf(one))
    byKey.set(keyOf(one), isObject(before) && isObject(one) ? mergeMembers(before, one) : one)
  }
  return [...byKey.values()]
}
