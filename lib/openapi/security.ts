/** The security of operations: what their dependencies and contracts ask for. */
import type { SecurityNeed, SecurityScheme } from '../authentication/secured.ts'
import type { SecurityRequirement } from '../operations/contract.ts'

/** Collects the schemes of a document. */
export class Schemes {
  readonly #document: string

  /** @param document The kind of the document, for errors. */
  constructor(document = 'openapi') {
    this.#document = document
  }

  readonly #schemes = new Map<string, SecurityScheme>()

  /** The schemes by name, sorted. */
  get byName(): Record<string, SecurityScheme> {
    const sorted = [...this.#schemes].sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(sorted)
  }

  /**
   * The requirements of an operation: all of its secured dependencies together, and each of those that
   * are written down as an alternative.
   *
   * @throws TypeError if two schemes have one name.
   */
  requirementsOf(
    dependencies: readonly unknown[],
    written: readonly SecurityRequirement[],
  ): readonly SecurityRequirement[] | undefined {
    const needs = dependencies.flatMap(needOf)
    if (needs.length === 0) return written.length === 0 ? undefined : written
    const together: Record<string, readonly string[]> = {}
    for (const { name, scheme, scopes } of needs) {
      this.#add(name, scheme)
      together[name] = [...new Set([...(together[name] ?? []), ...scopes])]
    }
    return [together, ...written]
  }

  #add(name: string, scheme: SecurityScheme): void {
    const known = this.#schemes.get(name)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(scheme)) {
      throw new TypeError(
        `${this.#document}: two security schemes have the name "${name}". Give one of them another by secured(scheme, find, { name }).`,
      )
    }
    this.#schemes.set(name, scheme)
  }
}

function needOf(dependency: unknown): SecurityNeed[] {
  const need = (dependency as { security?: SecurityNeed } | undefined)?.security
  return need?.scheme === undefined ? [] : [need]
}
