/** What the `meta` of a route says of its operations, in the words of OpenAPI. */
import { must } from '../internal/must.ts'
import { ANYTHING } from './responses.ts'
import type { OpenAPIOperation } from './types.ts'

type Members = Readonly<Record<string, unknown>>

/** The key of `meta`. */
const KEY = 'openapi'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']

/**
 * What the metadata of a route says of one of its methods: an operation for all of them, or one by method
 * in lower case.
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
  must('openapi', isMembers(given), what, given, fix)
  const names = Object.keys(given)
  const isByMethod = names.length > 0 && names.every((name) => METHODS.includes(name))
  if (!isByMethod) return given
  const own = given[method.toLowerCase()] ?? {}
  must('openapi', isMembers(own), what, own, fix)
  return own
}

/**
 * An operation with what a fragment says: its members count, objects are merged, and parameters of the
 * same name and place are. A response that stands for any is left out if the fragment has responses.
 */
export function withFragment(operation: OpenAPIOperation, fragment: Members): OpenAPIOperation {
  if (Object.keys(fragment).length === 0) return operation
  const { default: others, ...known } = operation.responses
  const isReplaced = others === ANYTHING && fragment['responses'] !== undefined
  const base = isReplaced ? { ...operation, responses: known } : operation
  return {
    ...merged(base as unknown as Members, fragment),
    ...(fragment['parameters'] === undefined
      ? {}
      : { parameters: together(operation.parameters ?? [], fragment['parameters']) }),
  } as OpenAPIOperation // the author says the rest
}

/** A document that extends another one, whose paths and components are kept. */
export function extending<Document extends object>(base: Members, document: Document): Document {
  return merged(base, document as unknown as Members) as Document
}

function merged(one: Members, other: Members): Members {
  const all: Record<string, unknown> = { ...one }
  for (const [name, value] of Object.entries(other)) {
    const before = all[name]
    all[name] = isMembers(before) && isMembers(value) ? merged(before, value) : value
  }
  return all
}

function together(known: readonly unknown[], given: unknown): unknown {
  if (!Array.isArray(given)) return given
  const keyOf = (one: unknown): string => (isMembers(one) ? `${one['in']} ${one['name']}` : '')
  const byKey = new Map(known.map((one) => [keyOf(one), one]))
  for (const one of given) {
    const before = byKey.get(keyOf(one))
    byKey.set(keyOf(one), isMembers(before) && isMembers(one) ? merged(before, one) : one)
  }
  return [...byKey.values()]
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
