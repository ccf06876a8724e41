/** Moves one schema of a library into a document. */
import { isObject, referred } from '../operations/jsonreference.ts'
import type { JSONSchema } from '../operations/schemas.ts'
import type { Side } from './described.ts'
import { isComponentName } from './names.ts'

/** Where a schema is used, for errors, and for the names of schemas without one. */
export interface Use {
  readonly side: Side
  /** The place, as `GET /users, the response of 200`. */
  readonly where: string
  /** What the name of a nameless recursive schema is made of. */
  readonly hint: string
}

/** References while the document is made: the side is known, but not yet whether both are the same. */
export const PENDING = 'pending:'

/** What is done with schemas that have a name. */
export interface Naming {
  /** The kind of the document, for errors. */
  readonly document: string
  /** A new name for a schema that refers to itself without having one. */
  made(): string
  take(name: string, schema: JSONSchema): void
}

/** A file of zod, which describes it as versions of OpenAPI before 3.1 do. */
function textual(schema: JSONSchema): JSONSchema {
  if (schema['format'] !== 'binary' || schema['contentEncoding'] !== 'binary') return schema
  const { format, contentEncoding, ...own } = schema
  return { ...own, contentMediaType: own['contentMediaType'] ?? 'application/octet-stream' }
}

/** Keywords whose values are no schemas. */
const VALUES = new Set(['default', 'const', 'enum', 'examples', 'required', 'type'])

/** Keywords with schemas by name. */
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas'])

/** Names of definitions that are made by libraries: zod's and valibot's. */
const NUMBERED = /^(?:__schema\d+|\d+)$/

/** Moves one schema into the document. */
export class Placing {
  readonly #root: JSONSchema
  readonly #use: Use
  readonly #naming: Naming
  /** The names of definitions that were moved, or are being moved: a schema may refer to itself. */
  readonly #moved: Map<string, string>
  /** The name of the schema around. */
  #within: string | undefined

  constructor(root: JSONSchema, use: Use, moved: Map<string, string>, naming: Naming) {
    this.#root = root
    this.#use = use
    this.#moved = moved
    this.#naming = naming
  }

  schema(given: JSONSchema, isRoot = false): JSONSchema {
    const { $schema, $defs, ...own } = textual(given)
    if (isRoot && JSON.stringify(own).includes('"$ref":"#"')) return this.#referred('#')
    const { title, ...untitled } = own
    if (isComponentName(title) && ['properties', 'enum', 'oneOf'].some((key) => key in own)) {
      this.#take(title, untitled)
      return this.#reference(title)
    }
    return this.#members(own)
  }

  #members(schema: JSONSchema): JSONSchema {
    const entries = Object.entries(schema).filter(([key, value]) => this.#tells(key, value))
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#member(key, value)]))
  }

  /**
   * What a response may have more is nothing that clients should rely on, and that an integer is one that
   * a double holds is no limit that an author has chosen. Requests and responses have schemas of their
   * own, so that `readOnly`, which zod writes for read-only types, would mislead.
   */
  #tells(key: string, value: unknown): boolean {
    if (key === 'additionalProperties') return value !== false || this.#use.side === 'input'
    if (key === 'minimum') return value !== Number.MIN_SAFE_INTEGER
    if (key === 'maximum') return value !== Number.MAX_SAFE_INTEGER
    if (key === 'required') return !Array.isArray(value) || value.length > 0
    if (key === 'propertyNames') return JSON.stringify(value) !== '{"type":"string"}'
    return key !== 'readOnly' || value !== true
  }

  #member(key: string, value: unknown): unknown {
    if (key === '$ref' && typeof value === 'string') return this.#referred(value)['$ref']
    if (VALUES.has(key)) return value
    if (MAPS.has(key) && isObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#any(one)]))
    }
    return this.#any(value)
  }

  #any(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#any(item))
    return isObject(value) ? this.schema(value) : value
  }

  #referred(reference: string): JSONSchema {
    const known = this.#moved.get(reference)
    if (known !== undefined) return this.#reference(known)
    const { $defs, $schema, title, id, ...found } = this.#found(reference)
    const own = reference.slice(reference.lastIndexOf('/') + 1)
    const isNamed = reference !== '#' && isComponentName(own) && !NUMBERED.test(own)
    const name = isNamed ? own : isComponentName(title) ? title : this.#madeName()
    this.#moved.set(reference, name)
    if (isNamed || isComponentName(title)) this.#take(name, found)
    else this.#naming.take(name, this.#members(found))
    return this.#reference(name)
  }

  #take(name: string, schema: JSONSchema): void {
    const around = this.#within
    this.#within = name
    this.#naming.take(name, this.#members(schema))
    this.#within = around
  }

  /** The parts of a named schema have the same names wherever it is used. */
  #madeName(): string {
    if (this.#within === undefined) return this.#naming.made()
    const taken = [...this.#moved.values()].filter((name) => name.startsWith(`${this.#within}_`))
    return `${this.#within}_${taken.length + 2}`
  }

  #reference(name: string): JSONSchema {
    return { $ref: `${PENDING}${this.#use.side}:${name}` }
  }

  #found(reference: string): JSONSchema {
    const found = referred(reference, this.#root)
    if (found !== undefined) return found
    throw new TypeError(
      `${this.#naming.document}: the schema of ${this.#use.where} refers to ${reference}, which it does not have. Check its library's JSON Schema.`,
    )
  }
}
