/**
 * Validates with schemas of zod that have async checks. Zod's Standard Schema first calls each check without
 * awaiting it: checks run twice, and one that rejects ends the process. Its method `safeParseAsync` does not.
 */
import type { AnySchema, SchemaIssue, SchemaResult } from '../types/schemas.ts'

interface ZodSchema {
  safeParseAsync?(value: unknown): Promise<ZodResult>
}

interface ZodResult {
  readonly data?: unknown
  readonly error?: { readonly issues: readonly SchemaIssue[] }
}

/** A schema or a check, as zod describes it to the authors of libraries. */
interface Described {
  readonly _zod?: { readonly def: Readonly<Record<string, unknown>> }
}

/** Whether the schemas that were used are async. */
const known = new WeakMap<AnySchema, boolean>()

/** Validates with an async schema of zod. Returns undefined for all other schemas. */
export function validateZod(
  schema: AnySchema,
  value: unknown,
): Promise<SchemaResult<unknown>> | undefined {
  let isAsync = known.get(schema)
  if (isAsync === undefined) {
    isAsync = schema['~standard'].vendor === 'zod' && isDeclaredAsync(schema)
    known.set(schema, isAsync)
  }
  if (!isAsync) return undefined
  const parsed = (schema as ZodSchema).safeParseAsync?.(value)
  return parsed?.then(({ error, data }) =>
    error === undefined ? { value: data } : { issues: error.issues },
  )
}

/** Notes that a schema has returned a promise. */
export function noteAsync(schema: AnySchema): void {
  known.set(schema, schema['~standard'].vendor === 'zod')
}

const ASYNC_FUNCTION: unknown = Object.getPrototypeOf(async () => {})

/**
 * Whether any function of a schema is declared `async`, or is hidden, as those of `superRefine` are. A function
 * that returns a promise without being declared `async` is noted when it was called.
 */
function isDeclaredAsync(schema: AnySchema): boolean {
  const seen = new Set<unknown>()
  const isAsync = (value: unknown): boolean => {
    if (typeof value === 'function') return Object.getPrototypeOf(value) === ASYNC_FUNCTION
    if (typeof value !== 'object' || value === null || seen.has(value)) return false
    seen.add(value)
    const def = (value as Described)._zod?.def
    if (def === undefined) return Object.values(value).some(isAsync)
    if (def['check'] === 'custom' && def['fn'] === undefined) return true
    if (def['type'] === 'lazy') return isAsync((def['getter'] as () => unknown)())
    // Reading a default may call a function of the user.
    return Object.keys(def).some((key) => key !== 'defaultValue' && isAsync(def[key]))
  }
  return (schema as Described)._zod === undefined || isAsync(schema)
}
