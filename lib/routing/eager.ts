/** Finds the dependencies that an application needs from the start on. */

/** A contract, as `operation()` puts it on a handler. */
interface Contract {
  readonly use?: Readonly<Record<string, Eager>>
  readonly guards?: readonly Eager[]
}

interface Eager {
  readonly eager?: boolean
  of(context: object): unknown
}

/** A route, an app or a handler, with what is read of it. */
interface Node {
  readonly kind?: string
  readonly entry?: { readonly endpoint: unknown }
  readonly endpoint?: unknown
  readonly routes?: unknown
  readonly contract?: Contract
  /** Of a route or an app: its layers. */
  readonly settings?: readonly Contract[]
}

/**
 * Asks for the eager dependencies that contracts and layers list, one after another, in the order of the routes.
 * Those of mounted applications are included.
 *
 * @param context What they are asked for with.
 */
export async function findEager(routes: readonly unknown[], context: object): Promise<void> {
  const nodes = new Set(routes)
  // A set is iterated with what is added meanwhile; an app may be mounted in itself.
  for (const item of nodes) {
    if (typeof item !== 'function') continue
    const node = item as Node
    for (const inner of inside(node)) nodes.add(inner)
    const { guards = [], use = {} } = node.contract ?? {}
    const layered = (node.settings ?? []).flatMap((layer) => layer.guards ?? [])
    const listed = [...layered, ...guards, ...Object.values(use)]
    for (const dependency of listed) if (dependency.eager) await dependency.of(context)
  }
}

/** Not by the routes of a mount, which are looked up through all mounts that are mounted in it. */
function inside(node: Node): readonly unknown[] {
  const endpoint = node.entry?.endpoint ?? node.endpoint
  if (endpoint === undefined) return Array.isArray(node.routes) ? node.routes : []
  const isTable = node.kind === 'route' && typeof endpoint === 'object'
  return isTable ? Object.values(endpoint ?? {}) : [endpoint]
}
