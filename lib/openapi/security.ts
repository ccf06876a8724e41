/** The security requirements of operations, from their dependencies. */
import {
  isOptional,
  needsOf,
  type SecurityNeed,
  type SecurityRequirement,
  type SecurityScheme,
} from '../authentication/schemes.ts'

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
   * The requirements of an operation. All of its secured dependencies are required together, in each
   * combination of their schemes. Optional ones add the combinations without
   * them.
   *
   * @throws TypeError if two schemes have one name.
   */
  requirementsOf(dependencies: readonly unknown[]): readonly SecurityRequirement[] | undefined {
    const all = mergeDependencies(
      dependencies.filter((dependency) => needsOf(dependency).length > 0),
    )
    if (all.length === 0) return undefined
    for (const { name, scheme } of all.flatMap(({ needs }) => needs)) this.#add(name, scheme)
    return all.reduce(combineRequirements, [{}] as readonly SecurityRequirement[])
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

/** The alternative schemes of a dependency. */
interface Alternatives {
  readonly needs: readonly SecurityNeed[]
  readonly optional: boolean
}

/**
 * Merges dependencies with the same schemes: a guard and a handler may need the same user. The user is required
 * if one of them requires it.
 */
function mergeDependencies(dependencies: readonly unknown[]): readonly Alternatives[] {
  const bySchemes = new Map<string, Alternatives>()
  for (const dependency of dependencies) {
    const own = needsOf(dependency)
    const names = own.map(({ name }) => name).join()
    const known = bySchemes.get(names)
    const scopesOf = (index: number) => known?.needs[index]?.scopes ?? []
    const needs = own.map((need, index) => {
      return { ...need, scopes: [...new Set([...scopesOf(index), ...need.scopes])] }
    })
    const optional = isOptional(dependency) && known?.optional !== false
    bySchemes.set(names, { needs, optional })
  }
  return [...bySchemes.values()]
}

/** Combines each requirement with each of the needs, and with none of them if they are optional. */
function combineRequirements(
  requirements: readonly SecurityRequirement[],
  { needs, optional }: Alternatives,
): readonly SecurityRequirement[] {
  return requirements.flatMap((one) => [
    ...needs.map(({ name, scopes }) => {
      return { ...one, [name]: [...new Set([...(one[name] ?? []), ...scopes])] }
    }),
    ...(optional ? [one] : []),
  ])
}
