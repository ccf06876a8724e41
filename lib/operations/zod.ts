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

/** The number of parts of a schema that are looked at. */
const MOST_PARTS = 2000

/**
 * Whether any function of a schema is declared `async`, or is hidden, as those of `superRefine` are. A function
 * that returns a promise without being declared `async` is noted when it was called. A schema counts as async
 * if it has too many parts: some make a new schema at each reference to themselves, without an end.
 */
function isDeclaredAsync(schema: AnySchema): boolean {
  if ((schema as Described)._zod === undefined) return true
  // A set is iterated with the items that are added meanwhile.
  const parts = new Set<unknown>([schema])
  for (const part of parts) {
    if (typeof part === 'function' && Object.getPrototypeOf(part) === ASYNC_FUNCTION) return true
    if (typeof part !== 'object' || part === null) continue
    const def = (part as Described)._zod?.def
    const isHidden = def?.['check'] === 'custom' && def['fn'] === undefined
    if (isHidden || parts.size > MOST_PARTS) return true
    if (def?.['type'] === 'lazy') parts.add((def['getter'] as () => unknown)())
    for (const key of Object.keys(def ?? part)) {
      // Reading a default may call a function of the user.
      if (key !== 'defaultValue' || def === undefined) parts.add(Reflect.get(def ?? part, key))
    }
  }
  return false
}
