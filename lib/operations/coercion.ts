/**
 * Finds out to which types texts are converted before validation.
 *
 * Queries, header fields, cookies, paths and forms contain texts. If a schema accepts a number, a
 * boolean or null, a text of that form is converted. Any other text is unchanged, and the schema reports
 * it with its own message. The types are read once, when the operation is defined.
 */
import type { AnySchema } from '../types/schemas.ts'
import { isObject, resolveReference } from './jsonreference.ts'
import { type JSONSchema, jsonSchemaOf } from './schemas.ts'

/** The types to which a value may be converted. */
export interface Coercion {
  readonly number: boolean
  readonly integer: boolean
  readonly boolean: boolean
  readonly null: boolean
  /** The texts that the schema accepts, which are not converted; undefined if it accepts others too. */
  readonly texts: readonly string[] | undefined
  /** The types of the items of a list; undefined if the schema accepts no list. */
  readonly items: Coercion | undefined
  /** The types of the first items, of a tuple. */
  readonly first: readonly Coercion[]
  /** All values that the schema accepts; undefined if it may accept others. */
  readonly only: readonly unknown[] | undefined
  /** The types of the members of an object; undefined if the schema accepts no object. */
  readonly members: Members | undefined
}

/** The types of the members of an object: by name, and for all names that the schema does not list. */
export interface Members {
  readonly byName: ReadonlyMap<string, Coercion>
  readonly others: Coercion | undefined
  /** Whether the schema accepts members that it does not list. */
  readonly isOpen: boolean
  /** The members of each alternative, if the schema is a choice between objects. */
  readonly choices: readonly Members[]
}

const ANY: Coercion = {
  ...{ number: false, integer: false, boolean: false, null: false, texts: undefined },
  items: undefined,
  first: [],
  only: undefined,
  members: undefined,
}

/** Returns the members of an object schema; undefined if its library has no JSON Schema for it. */
export function membersOf(schema: AnySchema): Members | undefined {
  const described = jsonSchemaOf(schema, 'input')
  return described === undefined ? undefined : new Reader(described).wanted(described).members
}

/** The depth to which a schema is read, because a recursive schema has no end. */
const DEEPEST = 8

class Reader {
  readonly #root: JSONSchema

  constructor(root: JSONSchema) {
    this.#root = root
  }

  wanted(schema: unknown, depth = 0): Coercion {
    if (!isObject(schema) || depth > DEEPEST) return ANY
    const definition = resolveReference(schema['$ref'], this.#root)
    if (definition !== undefined) return this.wanted(definition, depth + 1)
    const own = typesOf(schema).length === 0 ? [] : [this.#own(schema, depth)]
    const choices = ['anyOf', 'oneOf'].flatMap((keyword) => this.#all(schema[keyword], depth))
    // A part such as `{ minimum: 1 }` only limits the other parts, and has no type.
    const parts = this.#all(schema['allOf'], depth).filter((part) => part !== ANY)
    const all = own.length > 0 ? [...own, ...choices.filter((one) => one !== ANY)] : choices
    const merged = [...all, ...parts].reduce<Coercion | undefined>(mergeCoercions, undefined) ?? ANY
    const inner = parts.find(({ members }) => members !== undefined && members.choices.length > 0)
    const alternatives = [...choices, inner ?? ANY].flatMap(({ members }) => {
      if (members === undefined) return []
      return members.choices.length > 0 ? members.choices : [members]
    })
    if (merged.members === undefined || alternatives.length < 2) return merged
    const others = parts.filter((part) => part !== inner)
    const common = [...own, ...others].map(({ members }) => members).reduce(mergeMembers, undefined)
    const whole = alternatives.map((one) => mergeMembers(common, one) ?? one)
    return { ...merged, members: { ...merged.members, choices: whole } }
  }

  #all(schemas: unknown, depth: number): Coercion[] {
    return Array.isArray(schemas) ? schemas.map((schema) => this.wanted(schema, depth + 1)) : []
  }

  #own(schema: JSONSchema, depth: number): Coercion {
    const types = typesOf(schema)
    const has = (type: string): boolean => types.includes(type)
    const isList = has('array')
    const only = types[0] === 'null' && types.length === 1 ? [null] : valuesOf(schema)
    const isText = has('string') || types.length === 0
    return {
      number: has('number') || has('integer'),
      integer: has('integer') && !has('number'),
      boolean: has('boolean'),
      null: has('null'),
      texts: isText ? only?.filter((value) => typeof value === 'string') : [],
      items: isList ? this.wanted(schema['items'], depth + 1) : undefined,
      first: this.#all(schema['prefixItems'], depth),
      only,
      members: has('object') ? this.#members(schema, depth) : undefined,
    }
  }

  #members(schema: JSONSchema, depth: number): Members {
    const properties = isObject(schema['properties']) ? schema['properties'] : {}
    const rest = schema['additionalProperties']
    return {
      byName: new Map(
        Object.entries(properties).map(([name, value]) => [name, this.wanted(value, depth + 1)]),
      ),
      others: isObject(rest) ? this.wanted(rest, depth + 1) : undefined,
      isOpen: rest === true || isObject(rest),
      choices: [],
    }
  }
}

function typesOf(schema: JSONSchema): string[] {
  const { type, properties } = schema
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.map(String)
  const values = valuesOf(schema)
  if (values !== undefined) return [...new Set(values.map(typeOf))]
  return isObject(properties) ? ['object'] : []
}

function valuesOf({ enum: values, const: only }: JSONSchema): unknown[] | undefined {
  if (Array.isArray(values)) return values
  return only === undefined ? undefined : [only]
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

function mergeCoercions(one: Coercion | undefined, other: Coercion): Coercion {
  if (one === undefined) return other
  return {
    number: one.number || other.number,
    // Any number is accepted if one of the two schemas accepts any number.
    integer: (one.integer || !one.number) && (other.integer || !other.number),
    boolean: one.boolean || other.boolean,
    null: one.null || other.null,
    texts: one.texts && other.texts && [...one.texts, ...other.texts],
    items: other.items === undefined ? one.items : mergeCoercions(one.items, other.items),
    first:
      one.first.length === 0
        ? other.first
        : one.first.map((own, index) => mergeCoercions(own, other.first[index] ?? own)),
    only: one.only && other.only && [...one.only, ...other.only],
    members: mergeMembers(one.members, other.members),
  }
}

function mergeMembers(one: Members | undefined, other: Members | undefined): Members | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const byName = new Map(one.byName)
  for (const [name, wanted] of other.byName) {
    const known = byName.get(name)
    byName.set(name, known === undefined ? wanted : mergeCoercions(known, wanted))
  }
  const isOpen = one.isOpen || other.isOpen
  return { byName, others: one.others ?? other.others, isOpen, choices: [] }
}
