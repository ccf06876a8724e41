/** Moves one library's schema into a document. */
import { isObject, resolveReference } from '../operations/jsonreference.ts'
import type { JSONSchema } from '../operations/schemas.ts'
import type { Side } from './described.ts'
import { discriminatorOf } from './discriminators.ts'
import { isComponentName } from './names.ts'

/** The place where a schema is used, for error messages and for names of schemas without one. */
export interface Use {
  readonly side: Side
  /** The place, as `GET /users, the response of 200`. */
  readonly where: string
  /** The base of the name for a recursive schema without a name. */
  readonly hint: string
}

/** The prefix of references while the document is made: whether input and output are equal is not known yet. */
export const PENDING = 'pending:'

/** The functions for schemas with a name. */
interface Naming {
  /** The kind of the document, for errors. */
  readonly document: string
  /** Returns a new name for a recursive schema without a name. */
  made(): string
  take(name: string, schema: JSONSchema): void
}

/** Converts the schema of zod's files, which is in the form of OpenAPI before 3.1. */
function convertFile(schema: JSONSchema): JSONSchema {
  if (schema['format'] !== 'binary' || schema['contentEncoding'] !== 'binary') return schema
  const { format, contentEncoding, ...own } = schema
  return { ...own, contentMediaType: own['contentMediaType'] ?? 'application/octet-stream' }
}

/** Keywords whose values are not schemas. */
const VALUES = new Set(['default', 'const', 'enum', 'examples', 'required', 'type'])

/** Keywords whose values are objects of schemas. */
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas'])

/** Names of definitions that zod and valibot generate. */
const NUMBERED = /^(?:__schema\d+|\d+)$/

/** Moves one schema into the document. */
export class Placing {
  readonly #root: JSONSchema
  readonly #use: Use
  readonly #naming: Naming
  /**
   * The component names of definitions that were moved, or are being moved, because a schema may refer to
   * itself.
   */
  readonly #moved: Map<string, string>
  /** The name of the enclosing schema. */
  #within: string | undefined

  constructor(root: JSONSchema, use: Use, moved: Map<string, string>, naming: Naming) {
    this.#root = root
    this.#use = use
    this.#moved = moved
    this.#naming = naming
  }

  schema(given: JSONSchema, isRoot = false): JSONSchema {
    const { $schema, $defs, ...own } = convertFile(given)
    if (isRoot && JSON.stringify(own).includes('"$ref":"#"')) return this.#referenceTo('#')
    const { title, ...untitled } = own
    if (isComponentName(title) && ['properties', 'enum', 'oneOf'].some((key) => key in own)) {
      this.#take(title, untitled)
      return this.#reference(title)
    }
    return this.#members(own)
  }

  #members(schema: JSONSchema): JSONSchema {
    const entries = Object.entries(schema).filter(([key, value]) => this.#isKept(key, value))
    const placed = Object.fromEntries(
      entries.map(([key, value]) => [key, this.#member(key, value)]),
    )
    if (this.#naming.document !== 'openapi' || 'discriminator' in schema) return placed
    const discriminator = discriminatorOf(schema['oneOf'], placed['oneOf'], this.#root)
    return discriminator === undefined ? placed : { ...placed, discriminator }
  }

  /**
   * Whether a keyword is kept. `additionalProperties: false` is omitted for responses: clients must accept
   * new members. The limits of safe integers are omitted because the author has not chosen them. `readOnly`,
   * which zod writes for read-only types, is omitted because requests and responses have separate schemas.
   */
  #isKept(key: string, value: unknown): boolean {
    if (key === 'additionalProperties') return value !== false || this.#use.side === 'input'
    if (key === 'minimum') return value !== Number.MIN_SAFE_INTEGER
    if (key === 'maximum') return value !== Number.MAX_SAFE_INTEGER
    if (key === 'required') return !Array.isArray(value) || value.length > 0
    if (key === 'propertyNames') return JSON.stringify(value) !== '{"type":"string"}'
    return key !== 'readOnly' || value !== true
  }

  #member(key: string, value: unknown): unknown {
    if (key === '$ref' && typeof value === 'string') return this.#referenceTo(value)['$ref']
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

  #referenceTo(reference: string): JSONSchema {
    const known = this.#moved.get(reference)
    if (known !== undefined) return this.#reference(known)
    const { $defs, $schema, title, id, ...found } = this.#definition(reference)
    const own = reference.slice(reference.lastIndexOf('/') + 1)
    const isNamed = reference !== '#' && isComponentName(own) && !NUMBERED.test(own)
    const given = isNamed ? own : title
    const name = isComponentName(given) ? given : this.#madeName()
    this.#moved.set(reference, name)
    if (name === given) this.#take(name, found)
    else this.#naming.take(name, this.#members(found))
    return this.#reference(name)
  }

  #take(name: string, schema: JSONSchema): void {
    const around = this.#within
    this.#within = name
    this.#naming.take(name, this.#members(schema))
    this.#within = around
  }

  /** Makes a name for a part. The parts of a named schema get the same names wherever it is used. */
  #madeName(): string {
    if (this.#within === undefined) return this.#naming.made()
    const taken = [...this.#moved.values()].filter((name) => name.startsWith(`${this.#within}_`))
    return `${this.#within}_${taken.length + 2}`
  }

  #reference(name: string): JSONSchema {
    return { $ref: `${PENDING}${this.#use.side}:${name}` }
  }

  #definition(reference: string): JSONSchema {
    const found = resolveReference(reference, this.#root)
    if (found !== undefined) return found
    throw new TypeError(
      `${this.#naming.document}: the schema of ${this.#use.where} refers to ${reference}, which it does not have. Check its library's JSON Schema.`,
    )
  }
}
