/** Resolves the references of a JSON Schema. */
import type { JSONSchema } from './schemas.ts'

export function isObject(value: unknown): value is JSONSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Returns the part of a schema at a reference such as `#/$defs/User` (RFC 6901 section 6); undefined if
 * the schema has no such part.
 */
export function resolveReference(reference: unknown, root: JSONSchema): JSONSchema | undefined {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  let found: unknown = root
  for (const key of reference.split('/').slice(1)) {
    const name = decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
    found = isObject(found) ? found[name] : undefined
  }
  return isObject(found) ? found : undefined
}
