/**
 * How libraries describe what has no JSON of its own, but is written as text, list or object: dates,
 * bigints, URLs, files, bytes, maps and sets. Each library has an option for it; others ignore that.
 */

/** A JSON Schema, as far as this package reads it. */
export interface JSONSchema {
  readonly [keyword: string]: unknown
}

const DATE: JSONSchema = { type: 'string', format: 'date-time' }
const BIGINT: JSONSchema = { type: 'string', pattern: '^-?[0-9]+$' }
const FILE: JSONSchema = { type: 'string', contentMediaType: 'application/octet-stream' }
const BYTES: JSONSchema = { type: 'string', contentEncoding: 'base64' }

/** By the names of libraries for their kinds of schemas. */
const BY_KIND: Readonly<Record<string, JSONSchema>> = {
  date: DATE,
  bigint: BIGINT,
  file: FILE,
  blob: FILE,
  map: { type: 'object' },
  set: { type: 'array', uniqueItems: true },
}

/** The form of the instances of a class; undefined for classes that have none of their own. */
function byClass(type: unknown): JSONSchema | undefined {
  if (type === Date) return DATE
  if (type === URL) return { type: 'string', format: 'uri' }
  if (type === Map) return BY_KIND['map']
  if (type === Set) return BY_KIND['set']
  if (type === Uint8Array) return BYTES
  return type === Blob || isFile(type) ? FILE : undefined
}

/** File is a global since Node 20. */
function isFile(type: unknown): boolean {
  return typeof type === 'function' && type.name === 'File'
}

/** What valibot's transformations give; others keep the type. */
const TRANSFORMED: Readonly<Record<string, JSONSchema>> = {
  ...{ transform: {}, raw_transform: {}, find_item: {}, reduce_items: {}, parse_json: {} },
  map_items: { type: 'array' },
  to_date: DATE,
  to_bigint: BIGINT,
  to_number: { type: 'number' },
  to_boolean: { type: 'boolean' },
  to_string: { type: 'string' },
  stringify_json: { type: 'string' },
}

interface ZodSite {
  readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string } } }
  readonly jsonSchema: Record<string, unknown>
}

interface ValibotSite {
  readonly valibotSchema: { readonly type: string; readonly class?: unknown }
  readonly errors?: unknown
}

interface ValibotActionSite {
  readonly valibotAction: { readonly type: string }
}

interface ArktypeSite {
  readonly code: string
  readonly base: JSONSchema
  readonly domain?: string
  readonly proto?: unknown
}

/** To describe the rest of a schema that has parts without a JSON form. */
export const LENIENT: Readonly<Record<string, unknown>> = {
  unrepresentable: 'any', // zod
  override: ({ zodSchema, jsonSchema }: ZodSite) => {
    if (!('type' in jsonSchema)) Object.assign(jsonSchema, BY_KIND[zodSchema._zod.def.type])
  },
  errorMode: 'ignore', // valibot
  overrideSchema: ({ valibotSchema, errors }: ValibotSite) =>
    errors === undefined
      ? undefined
      : (byClass(valibotSchema.class) ?? BY_KIND[valibotSchema.type]),
  overrideAction: ({ valibotAction }: ValibotActionSite) => TRANSFORMED[valibotAction.type],
  fallback: ({ code, base, domain, proto }: ArktypeSite) => {
    if (code === 'date') return DATE
    return byClass(proto) ?? (domain === undefined ? undefined : BY_KIND[domain]) ?? base
  },
}

/** To have an error for such parts; those that make one without it ignore it. */
export const STRICT: Readonly<Record<string, unknown>> = {
  fallback: ({ code }: ArktypeSite) => {
    throw new TypeError(`operation: no JSON form for ${code}`)
  },
}

/**
 * Whether a schema lets nothing pass but plain JSON: none of its parts takes any value, and objects have
 * no members that it does not name.
 */
export function isPlain(schema: unknown): boolean {
  if (!isObject(schema)) return schema === false
  const { $defs, properties, items, additionalProperties: rest, prefixItems, type } = schema
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => listOf(schema[keyword]))
  const isBounded = 'enum' in schema || 'const' in schema || '$ref' in schema || parts.length > 0
  if (type === undefined && !isBounded) return false
  const types = Array.isArray(type) ? type : [type]
  if (types.includes('object') && !isPlain(rest)) return false
  if (types.includes('array') && !isPlain(items)) return false
  const members = [...valuesOf(properties), ...valuesOf($defs), ...listOf(prefixItems), ...parts]
  return members.every(isPlain)
}

function isObject(value: unknown): value is JSONSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function valuesOf(value: unknown): unknown[] {
  return isObject(value) ? Object.values(value) : []
}
