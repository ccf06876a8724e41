/**
 * The JSON Schemas of types without a JSON type, which are written as text, list or object: dates,
 * bigints, URLs, files, bytes, maps and sets. Each library has its own options for them, and ignores the
 * options of the others.
 */

/** A JSON Schema: an object of keywords. */
export interface JSONSchema {
  readonly [keyword: string]: unknown
}

const DATE: JSONSchema = { type: 'string', format: 'date-time' }
const BIGINT: JSONSchema = { type: 'string', pattern: '^-?[0-9]+$' }
const FILE: JSONSchema = { type: 'string', contentMediaType: 'application/octet-stream' }
const BYTES: JSONSchema = { type: 'string', contentEncoding: 'base64' }

/** JSON Schemas by the names that libraries give to their kinds of schemas. */
const BY_KIND: Readonly<Record<string, JSONSchema>> = {
  date: DATE,
  bigint: BIGINT,
  file: FILE,
  blob: FILE,
  map: { type: 'object' },
  set: { type: 'array', uniqueItems: true },
}

/** Returns the JSON Schema of the instances of a class; undefined for other classes. */
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

/** The JSON Schemas of the results of valibot's transformations. All other actions keep the type. */
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

/** Options to describe a schema even if some of its parts have no JSON form. */
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

/** Options to get an error for such parts. Libraries that throw by default ignore them. */
export const STRICT: Readonly<Record<string, unknown>> = {
  fallback: ({ code }: ArktypeSite) => {
    throw new TypeError(`operation: no JSON form for ${code}`)
  },
}

/**
 * Whether a schema accepts only plain JSON: each of its parts limits the type, and its objects accept no
 * members that it does not list.
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
