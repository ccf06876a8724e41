/**
 * What texts become before they are validated.
 *
 * Queries, header fields, cookies, paths and forms hold texts. Where a schema says that it wants a
 * number, a boolean or null, the text becomes one. Another text stays, and fails in the schema with the
 * schema's own message. Decided once, when the operation is defined.
 */
import type { AnySchema } from '../types/schemas.ts'
import { isObject, referred } from './jsonreference.ts'
import { type JSONSchema, jsonSchemaOf } from './schemas.ts'

/** What a value may become. */
export interface Coercion {
  readonly number: boolean
  readonly integer: boolean
  readonly boolean: boolean
  readonly null: boolean
  /** A text may stay as it is, so nothing else is made of it. */
  readonly text: boolean
  /** What the items of a list become; undefined if no list is wanted. */
  readonly items: Coercion | undefined
  /** What the members of an object become; undefined if no object is wanted. */
  readonly members: Members | undefined
}

/** The members of an object, and what those become that have no name in the schema. */
export interface Members {
  readonly byName: ReadonlyMap<string, Coercion>
  readonly others: Coercion | undefined
  /** Whether the schema reads members that it does not name. */
  readonly isOpen: boolean
}

const ANY: Coercion = {
  ...{ number: false, integer: false, boolean: false, null: false, text: true },
  items: undefined,
  members: undefined,
}

/** The members that an object schema wants; undefined if its library cannot tell. */
export function membersOf(schema: AnySchema): Members | undefined {
  const described = jsonSchemaOf(schema, 'input')
  return described === undefined ? undefined : new Reader(described).wanted(described).members
}

/** What a schema for one value wants. */
export function wantedBy(schema: AnySchema): Coercion {
  const described = jsonSchemaOf(schema, 'input')
  return described === undefined ? ANY : new Reader(described).wanted(described)
}

/** The deepest that a schema is read: a recursive one never ends. */
const DEEPEST = 8

class Reader {
  readonly #root: JSONSchema

  constructor(root: JSONSchema) {
    this.#root = root
  }

  wanted(schema: unknown, depth = 0): Coercion {
    if (!isObject(schema) || depth > DEEPEST) return ANY
    const definition = referred(schema['$ref'], this.#root)
    if (definition !== undefined) return this.wanted(definition, depth + 1)
    const own = typesOf(schema).length === 0 ? [] : [this.#own(schema, depth)]
    const choices = ['anyOf', 'oneOf'].flatMap((keyword) => this.#all(schema[keyword], depth))
    // A part that only limits the others, such as `{ minimum: 1 }`, says nothing of types.
    const parts = this.#all(schema['allOf'], depth).filter((part) => part !== ANY)
    const all = own.length > 0 ? [...own, ...choices.filter((one) => one !== ANY)] : choices
    return [...all, ...parts].reduce<Coercion | undefined>(either, undefined) ?? ANY
  }

  #all(schemas: unknown, depth: number): Coercion[] {
    return Array.isArray(schemas) ? schemas.map((schema) => this.wanted(schema, depth + 1)) : []
  }

  #own(schema: JSONSchema, depth: number): Coercion {
    const types = typesOf(schema)
    const has = (type: string): boolean => types.includes(type)
    const isList = has('array')
    return {
      number: has('number') || has('integer'),
      integer: has('integer') && !has('number'),
      boolean: has('boolean'),
      null: has('null'),
      text: has('string') || types.length === 0,
      items: isList ? this.wanted(schema['items'], depth + 1) : undefined,
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
    }
  }
}

function typesOf({ type, enum: values, const: only, properties }: JSONSchema): string[] {
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.map(String)
  if (Array.isArray(values)) return [...new Set(values.map(typeOf))]
  if (only !== undefined) return [typeOf(only)]
  return isObject(properties) ? ['object'] : []
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

function either(one: Coercion | undefined, other: Coercion): Coercion {
  if (one === undefined) return other
  return {
    number: one.number || other.number,
    // Any number is wanted if one of them wants any.
    integer: (one.integer || !one.number) && (other.integer || !other.number),
    boolean: one.boolean || other.boolean,
    null: one.null || other.null,
    text: one.text || other.text,
    items: other.items === undefined ? one.items : either(one.items, other.items),
    members: together(one.members, other.members),
  }
}

function together(one: Members | undefined, other: Members | undefined): Members | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const byName = new Map(one.byName)
  for (const [name, wanted] of other.byName) {
    const known = byName.get(name)
    byName.set(name, known === undefined ? wanted : either(known, wanted))
  }
  return { byName, others: one.others ?? other.others, isOpen: one.isOpen || other.isOpen }
}
