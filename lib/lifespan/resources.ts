/** The resources that an application opens on first use, and closes when its lifespan ends. */
import type { App, Failure } from '../types.ts'

/** The resources of an application. */
interface Resources {
  /** The number of its running lifespans: several test clients may have started the same application. */
  lifespans: number
  /** The overrides of the lifespan that began last; set by `Application`. */
  overrides?: ReadonlyMap<object, object> | undefined
  /** The resources that were opened; set by the module that opens them. */
  found?: { close(): Promise<void> } | undefined
}

/** A property of applications. The symbol is registered, so other copies of this package find it. */
const RESOURCES: unique symbol = Symbol.for('stellula.resources') as never

interface WithResources extends App {
  [RESOURCES]?: Resources
}

export function resourcesOf(app: WithResources): Resources {
  const known = app[RESOURCES]
  if (known !== undefined) return known
  const made: Resources = { lifespans: 0 }
  Object.defineProperty(app, RESOURCES, { value: made })
  return made
}

type LifespanGenerator = AsyncGenerator<unknown, unknown, void>

/**
 * A lifespan that opens the resources of an application after its startup, and closes them before its
 * shutdown.
 *
 * @param own The lifespan of the application itself.
 * @param open Opens the resources that are needed from the start.
 */
export async function* withResources(
  app: App,
  own: LifespanGenerator | undefined,
  open: () => Promise<void>,
): AsyncGenerator<unknown, void, void> {
  const close = beginLifespan(resourcesOf(app))
  let failure: Failure | undefined
  try {
    const started = await own?.next()
    try {
      await open()
      yield started?.done === false ? started.value : undefined
    } catch (error) {
      failure = { error }
    }
    await close().catch((error: unknown) => {
      failure ??= { error }
    })
    // Only the first error is reported.
    const ended = await own?.next().catch(failure && ignore)
    if (failure !== undefined) throw failure.error
    if (ended?.done === false) yield // which the caller reports
  } finally {
    await close().catch(ignore)
    await own?.return(undefined)
  }
}

/** Begins a lifespan. Returns a function that ends it, and closes the resources after the last one. */
function beginLifespan(resources: Resources): () => Promise<void> {
  resources.lifespans++
  let hasEnded = false
  return async () => {
    if (hasEnded) return
    hasEnded = true
    resources.lifespans--
    if (resources.lifespans > 0) return
    try {
      await resources.found?.close()
    } finally {
      resources.found = undefined
    }
  }
}

function ignore(): void {}

/** A contract that `operation()` puts on a handler. */
interface Contract {
  readonly use?: Readonly<Record<string, Eager>>
  readonly guards?: readonly Eager[]
}

interface Eager {
  readonly eager?: boolean
  of(context: object): unknown
}

/** A route, an app or a handler, with the members that are read here. */
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
 * Finds the eager dependencies that contracts and layers list, one after another, in the order of the
 * routes. The dependencies of mounted applications are included.
 *
 * @param context The argument for their `of()`.
 */
export async function findEager(routes: readonly unknown[], context: object): Promise<void> {
  const nodes = new Set(routes)
  // The loop also visits items that are added meanwhile. It ends even if an app is mounted in itself.
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

/**
 * Returns the inner nodes. The `routes` of a mount are not used, because they are collected from all
 * mounts inside of it.
 */
function inside(node: Node): readonly unknown[] {
  const endpoint = node.entry?.endpoint ?? node.endpoint
  if (endpoint === undefined) return Array.isArray(node.routes) ? node.routes : []
  const isTable = node.kind === 'route' && typeof endpoint === 'object'
  return isTable ? Object.values(endpoint ?? {}) : [endpoint]
}
