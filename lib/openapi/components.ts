/**
 * The schemas of a document: those with a name become components, all others stay where they are used.
 *
 * A schema may accept something else than it gives, as one with defaults does. Then what it accepts has
 * `Input` behind its name.
 */
import { type JSONSchema, jsonSchemaOf } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'
import { isComponentName } from './names.ts'

/** What a schema accepts, in requests, or what it gives, in responses. */
export type Side = 'input' | 'output'

/** Where a schema is used, for errors, and for the names of schemas without one. */
export interface Use {
  readonly side: Side
  /** The place, as `GET /users, the response of 200`. */
  readonly where: string
  /** What the name of a nameless recursive schema is made of. */
  readonly hint: string
}

interface Named {
  readonly side: Side
  readonly where: string
  readonly schema: JSONSchema
}

/** References while the document is made: the side is known, but not yet whether both are the same. */
const PENDING = 'pending:'

export class Components {
  readonly #named = new Map<string, Named>()

  /** The schema as the document has it at this place; undefined if its library cannot describe it. */
  of(schema: AnySchema, use: Use): JSONSchema | undefined {
    const described = jsonSchemaOf(schema, use.side)
    return described === undefined ? undefined : this.placed(described, described, use)
  }

  /**
   * A part of a JSON Schema as the document has it.
   *
   * @param root The whole, in which its references are found.
   */
  placed(part: JSONSchema, root: JSONSchema, use: Use): JSONSchema {
    const placing = new Placing(root, use, (name, schema) => this.#name(name, schema, use))
    return placing.schema(part, part === root)
  }

  #name(name: string, schema: JSONSchema, { side, where }: Use): void {
    const key = `${side}:${name}`
    const known = this.#named.get(key)
    if (known === undefined) this.#named.set(key, { side, where, schema })
    else if (textOf(known.schema) !== textOf(schema)) {
      throw new TypeError(
        `openapi: two schemas have the name "${name}", one of ${known.where} and one of ${where}. Give one of them another name.`,
      )
    }
  }

  /** All named schemas by the names that they end up with, sorted. */
  get schemas(): Record<string, JSONSchema> {
    const entries = [...this.#named].map(
      ([key, { schema }]) => [this.#finalName(key), schema] as const,
    )
    entries.sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(entries)
  }

  /** The document with its references as they end up. */
  finished<Document>(document: Document): Document {
    return JSON.parse(
      JSON.stringify(document, (key, value: unknown) =>
        key === '$ref' && typeof value === 'string' && value.startsWith(PENDING)
          ? `#/components/schemas/${this.#finalName(value.slice(PENDING.length))}`
          : value,
      ),
    )
  }

  #finalName(key: string): string {
    const [side, name = ''] = split(key)
    return side === 'input' && this.#differing.has(name) ? `${name}Input` : name
  }

  #known: { readonly size: number; readonly names: ReadonlySet<string> } | undefined

  /** The names whose sides differ, by themselves or by what they refer to. */
  get #differing(): ReadonlySet<string> {
    if (this.#known?.size === this.#named.size) return this.#known.names
    const names = new Set<string>()
    const pairs = [...this.#named].flatMap(([key, { side, schema }]) => {
      const [, name = ''] = split(key)
      const other = side === 'input' ? this.#named.get(`output:${name}`) : undefined
      return other === undefined ? [] : [{ name, own: textOf(schema), other: textOf(other.schema) }]
    })
    for (let before = -1; before < names.size; ) {
      before = names.size
      for (const { name, own, other } of pairs) {
        const isSame = sideless(own) === sideless(other)
        if (!isSame || refersTo(own, names)) names.add(name)
      }
    }
    this.#known = { size: this.#named.size, names }
    return names
  }
}

function split(key: string): [side: string, name: string | undefined] {
  const colon = key.indexOf(':')
  return [key.slice(0, colon), key.slice(colon + 1)]
}

function sideless(text: string): string {
  return text.replaceAll(`"${PENDING}input:`, `"${PENDING}output:`)
}

function refersTo(text: string, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => text.includes(`"${PENDING}input:${name}"`))
}

/** A text that is the same for schemas whose members are in another order. */
function textOf(schema: unknown): string {
  return JSON.stringify(schema, (_key, value: unknown) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

export function isObject(value: unknown): value is JSONSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Moves one schema into the document. */
class Placing {
  readonly #root: JSONSchema
  readonly #use: Use
  readonly #name: (name: string, schema: JSONSchema) => void
  /** The definitions that were moved, or are being moved: a schema may refer to itself. */
  readonly #moved = new Map<string, string>()

  constructor(root: JSONSchema, use: Use, name: (name: string, schema: JSONSchema) => void) {
    this.#root = root
    this.#use = use
    this.#name = name
  }

  schema(given: JSONSchema, isRoot = false): JSONSchema {
    const { $schema: _dialect, $defs: _definitions, ...own } = given
    if (isRoot && JSON.stringify(own).includes('"$ref":"#"')) return this.#referred('#')
    const title = own['title']
    if (isComponentName(title) && ('properties' in own || 'enum' in own))
      return this.#titled(title, own)
    return this.#members(own)
  }

  #titled(title: string, own: JSONSchema): JSONSchema {
    const { title: _name, ...rest } = own
    this.#name(title, this.#members(rest))
    return this.#reference(title)
  }

  #members(schema: JSONSchema): JSONSchema {
    const entries = Object.entries(schema).filter(([key, value]) => this.#tells(key, value))
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#member(key, value)]))
  }

  /**
   * What a response may have more is nothing that clients should rely on, and that an integer is one that
   * a double holds is no limit that an author has chosen.
   */
  #tells(key: string, value: unknown): boolean {
    if (key === 'additionalProperties') return value !== false || this.#use.side === 'input'
    if (key === 'minimum') return value !== Number.MIN_SAFE_INTEGER
    return key !== 'maximum' || value !== Number.MAX_SAFE_INTEGER
  }

  #member(key: string, value: unknown): unknown {
    if (key === '$ref' && typeof value === 'string') return this.#referred(value)['$ref']
    if (key === 'default' || key === 'const' || key === 'enum' || key === 'examples') return value
    if (key === 'properties' && isObject(value)) {
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
    const name = this.#nameOf(reference)
    this.#moved.set(reference, name)
    const {
      $defs: _definitions,
      $schema: _dialect,
      title: _title,
      id: _id,
      ...found
    } = this.#found(reference)
    this.#name(name, this.#members(found))
    return this.#reference(name)
  }

  #reference(name: string): JSONSchema {
    return { $ref: `${PENDING}${this.#use.side}:${name}` }
  }

  /** Libraries number the schemas that have no name, in each schema anew. */
  #nameOf(reference: string): string {
    const own = reference.slice(reference.lastIndexOf('/') + 1)
    const isNamed = reference !== '#' && isComponentName(own) && !own.startsWith('__')
    return isNamed ? own : `${this.#use.hint}${reference === '#' ? '' : own.replaceAll('_', '')}`
  }

  #found(reference: string): JSONSchema {
    let found: unknown = this.#root
    for (const key of reference.split('/').slice(1)) {
      const name = decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
      found = isObject(found) ? found[name] : undefined
    }
    if (isObject(found)) return found
    throw new TypeError(
      `openapi: the schema of ${this.#use.where} refers to ${reference}, which it does not have. Check its library's JSON Schema.`,
    )
  }
}
