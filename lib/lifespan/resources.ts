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
