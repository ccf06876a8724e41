// Makes values of the JSON Schemas of a document, for tests that ask an app for all that it declares.
import * as fc from 'fast-check'

export interface JSONSchema {
  readonly [keyword: string]: unknown
}

export type Definitions = Readonly<Record<string, JSONSchema>>

const FORMATS: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  uuid: () => fc.uuid(),
  date: () => days().map((day) => day.toISOString().slice(0, 10)),
  'date-time': () => days().map((day) => day.toISOString()),
}

function days(): fc.Arbitrary<Date> {
  const [min, max] = [new Date('1970-01-01'), new Date('2100-01-01')]
  return fc.date({ min, max, noInvalidDate: true })
}

/** The deepest that schemas are followed; below, nothing is made that may be left out. */
const DEEPEST = 3

/** Values that fit a schema. */
export function valuesOf(
  schema: JSONSchema,
  definitions: Definitions,
  depth = 0,
): fc.Arbitrary<unknown> {
  const inner = (one: unknown): fc.Arbitrary<unknown> =>
    valuesOf(one as JSONSchema, definitions, depth + 1)
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    return inner(definitions[reference.slice(reference.lastIndexOf('/') + 1)])
  }
  if ('const' in schema) return fc.constant(schema['const'])
  if ('enum' in schema) return fc.constantFrom(...(schema['enum'] as unknown[]))
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices)) return fc.oneof(...choices.map(inner))
  if (Array.isArray(schema['allOf'])) {
    return fc.tuple(...schema['allOf'].map(inner)).map((parts) => Object.assign({}, ...parts))
  }
  const { type } = schema
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => inner({ ...schema, type: one })))
  if (type === 'object') return objectsOf(schema, inner, depth)
  if (type === 'array') return listsOf(schema, inner, depth)
  return scalarsOf(schema)
}

function scalarsOf(schema: JSONSchema): fc.Arbitrary<unknown> {
  const limit = (name: string): number | undefined => schema[name] as number | undefined
  if (schema['type'] === 'null') return fc.constant(null)
  if (schema['type'] === 'boolean') return fc.boolean()
  if (schema['type'] === 'integer') {
    return fc.integer({ min: limit('minimum') ?? -999, max: limit('maximum') ?? 999 })
  }
  if (schema['type'] === 'number') {
    const [min, max] = [limit('minimum') ?? -999, limit('maximum') ?? 999]
    return fc.double({ min, max, noNaN: true })
  }
  if (schema['type'] !== 'string') return fc.jsonValue()
  const format = FORMATS[String(schema['format'])]
  if (format !== undefined) return format()
  if (typeof schema['pattern'] === 'string') return fc.stringMatching(new RegExp(schema['pattern']))
  return fc.string({
    unit: 'grapheme-ascii',
    minLength: limit('minLength') ?? 0,
    maxLength: limit('maxLength') ?? 12,
  })
}

function objectsOf(
  { properties, required, additionalProperties: rest }: JSONSchema,
  inner: (schema: unknown) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  const needed = (required ?? []) as string[]
  const members = Object.entries((properties ?? {}) as Definitions).filter(
    ([name]) => depth < DEEPEST || needed.includes(name),
  )
  const named = fc.record(
    Object.fromEntries(members.map(([name, schema]) => [name, inner(schema)])),
    { requiredKeys: needed.filter((name) => members.some(([one]) => one === name)) },
  )
  if (typeof rest !== 'object' || depth >= DEEPEST) return named
  const more = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), inner(rest), { maxKeys: 3 })
  return fc.tuple(more, named).map(([others, own]) => ({ ...others, ...own }))
}

function listsOf(
  { prefixItems, items, minItems = 0, maxItems = 3 }: JSONSchema,
  inner: (schema: unknown) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  if (Array.isArray(prefixItems)) return fc.tuple(...prefixItems.map(inner))
  const most = depth >= DEEPEST ? Number(minItems) : Math.min(Number(maxItems), 3)
  if (most === 0) return fc.constant([])
  return fc.array(inner(items ?? {}), { minLength: Number(minItems), maxLength: most })
}
