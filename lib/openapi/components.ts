/**
 * The schemas of a document. Schemas with a name become components; all others stay where they are used.
 *
 * The input of a schema may differ from its output, for example if it has defaults. The component of the
 * input then has the suffix `Input`.
 */
import { isObject } from '../operations/jsonreference.ts'
import type { JSONSchema } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'
import { describedBy, type Side } from './described.ts'
import { PENDING, Placing, type Use } from './placing.ts'

export type { Side } from './described.ts'
export type { Use } from './placing.ts'

interface NamedSchema {
  readonly side: Side
  readonly where: string
  readonly schema: JSONSchema
}

const INPUT = 'Input'

export class Components {
  readonly #document: string

  /** @param document The kind of the document, for errors. */
  constructor(document = 'openapi') {
    this.#document = document
  }

  readonly #named = new Map<string, NamedSchema>()
  /** The component names of the definitions that were moved, by schema. Each definition is moved once. */
  readonly #moved = new WeakMap<JSONSchema, Map<string, string>>()
  readonly #made = new Set<string>()

  /** The schema to write at this place of the document; undefined if its library cannot describe it. */
  of(schema: AnySchema, use: Use): JSONSchema | undefined {
    const described = describedBy(schema, use.side)
    return described === undefined ? undefined : this.placed(described, described, use)
  }

  /**
   * The part of a JSON Schema to write at a place of the document.
   *
   * @param root The whole schema, to which its references refer.
   */
  placed(part: JSONSchema, root: JSONSchema, use: Use): JSONSchema {
    const moved = this.#moved.get(root) ?? new Map<string, string>()
    this.#moved.set(root, moved)
    const placing = new Placing(root, use, moved, {
      document: this.#document,
      made: () => this.#madeName(use.hint),
      take: (name, schema) => this.#name(name, schema, use),
    })
    return placing.schema(part, part === root)
  }

  /** The named schema to which a placed one refers, or the placed one itself. */
  named(placed: JSONSchema): JSONSchema {
    return this.#named.get(String(placed['$ref']).slice(PENDING.length))?.schema ?? placed
  }

  /** Makes a name for a recursive schema without a name. */
  #madeName(hint: string): string {
    let name = hint
    for (let number = 2; this.#made.has(name); number++) name = `${hint}_${number}`
    this.#made.add(name)
    return name
  }

  #name(name: string, schema: JSONSchema, { side, where }: Use): void {
    const key = `${side}:${name}`
    const known = this.#named.get(key)
    if (known === undefined) this.#named.set(key, { side, where, schema })
    else if (textOf(known.schema) !== textOf(schema)) {
      throw new TypeError(
        `${this.#document}: two schemas have the name "${name}", one of ${known.where} and one of ${where}. Give one of them another name.`,
      )
    }
  }

  /**
   * All named schemas by their final names, sorted.
   *
   * @throws TypeError if a schema has the same name as the input of another one.
   */
  get schemas(): Record<string, JSONSchema> {
    const origins = new Map<string, string>()
    const entries = [...this.#named].map(([key, { schema, where }]) => {
      const [own, name] = [split(key)[1], this.#finalName(key)]
      const origin = origins.get(name) ?? own
      if (origin !== own) {
        throw new TypeError(
          `${this.#document}: two schemas have the name "${name}", the input of "${name.slice(0, -INPUT.length)}" and one of ${where}. Give one of them another name.`,
        )
      }
      origins.set(name, own)
      return [name, schema] as const
    })
    entries.sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(entries)
  }

  /** The document with its final references. */
  finished<Document>(document: Document): Document {
    return JSON.parse(
      JSON.stringify(document, (key, value: unknown) => {
        if (key === '$ref') return this.#finalReference(value)
        if (key !== 'discriminator' || !isObject(value) || !isObject(value['mapping'])) return value
        const entries = Object.entries(value['mapping'])
        const mapping = entries.map(([name, one]) => [name, this.#finalReference(one)])
        return { ...value, mapping: Object.fromEntries(mapping) }
      }),
    )
  }

  #finalReference(value: unknown): unknown {
    if (typeof value !== 'string' || !value.startsWith(PENDING)) return value
    return `#/components/schemas/${this.#finalName(value.slice(PENDING.length))}`
  }

  #finalName(key: string): string {
    const [side, name] = split(key)
    return side === 'input' && this.#differing.has(name) ? `${name}${INPUT}` : name
  }

  #known: { readonly size: number; readonly names: ReadonlySet<string> } | undefined

  /** The names whose input and output differ, directly or in a schema to which they refer. */
  get #differing(): ReadonlySet<string> {
    if (this.#known?.size === this.#named.size) return this.#known.names
    const names = new Set<string>()
    const pairs = [...this.#named].flatMap(([key, { side, schema }]) => {
      const [, name] = split(key)
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

function split(key: string): [side: string, name: string] {
  const colon = key.indexOf(':')
  return [key.slice(0, colon), key.slice(colon + 1)]
}

function sideless(text: string): string {
  return text.replaceAll(`"${PENDING}input:`, `"${PENDING}output:`)
}

function refersTo(text: string, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => text.includes(`"${PENDING}input:${name}"`))
}

/** A text that is equal for schemas that differ only in the order of their members. */
function textOf(schema: unknown): string {
  return JSON.stringify(schema, (_key, value: unknown) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
