/** What an application opens on first use, and closes when its lifespan ends. */
import type { App, Failure } from '../types.ts'

/** The resources of an application. */
interface Resources {
  /** How many of its lifespans run: several test clients may have started the same application. */
  lifespans: number
  /** The overrides of the lifespan that began last; set by `Application`. */
  overrides?: ReadonlyMap<object, object> | undefined
  /** What was opened, set by the part that opens it. */
  found?: { close(): Promise<void> } | undefined
}

/** Set on applications; registered, so that other copies of this package find it. */
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

type Running = AsyncGenerator<unknown, unknown, void>

/**
 * A lifespan around what the application keeps: opened after its startup, closed before its shutdown.
 *
 * @param own The lifespan of the application itself.
 * @param open Opens what is needed from the start on.
 */
export async function* withResources(
  app: App,
  own: Running | undefined,
  open: () => Promise<void>,
): AsyncGenerator<unknown, void, void> {
  const close = beginning(resourcesOf(app))
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
    // The first error is the one to report.
    const ended = await own?.next().catch(failure && ignore)
    if (failure !== undefined) throw failure.error
    if (ended?.done === false) yield // which the caller reports
  } finally {
    await close().catch(ignore)
    await own?.return(undefined)
  }
}

/** Begins a lifespan; what is returned ends it, and closes the resources after the last one. */
function beginning(resources: Resources): () => Promise<void> {
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
