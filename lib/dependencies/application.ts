/** The dependencies of an application, which live until its lifespan ends. */

import { resourcesOf } from '../lifespan/resources.ts'
import type { App, ConnectionScope } from '../types.ts'
import type { ApplicationContext } from './found.ts'
import { endGenerator } from './generators.ts'
import { Holder, type Provider } from './holder.ts'
import { joinErrors } from './joinerrors.ts'
import { runningEntry } from './running.ts'

/** Returns the dependencies that were found for an application so far. */
export function foundForApplication(app: App): ApplicationDependencies {
  const resources = resourcesOf(app)
  const known = resources.found as ApplicationDependencies | undefined
  if (known !== undefined) return known
  const made = new ApplicationDependencies()
  resources.found = made
  return made
}

class ApplicationDependencies {
  readonly #holder = new Holder({ retries: true, assertClosed: () => {} })

  get(provider: Provider, context: ApplicationContext): unknown {
    return this.#holder.get(provider, context)
  }

  /** Closes all dependencies. It rejects with the errors of their clean-ups. */
  async close(): Promise<void> {
    const errors: unknown[] = []
    await this.#holder.close(
      () => true,
      async ({ generator, name }) => {
        if (generator === undefined) return
        await endGenerator(generator, undefined, name).catch((error: unknown) => errors.push(error))
      },
    )
    if (errors.length > 0) throw joinErrors(errors)
  }
}

/** Returns the application of a connection, and its overrides. */
export function contextOf(scope: ConnectionScope, name: string): ApplicationContext {
  const { outcome, overrides } = scope
  const app = isApplication(outcome?.owner) ? outcome.owner : scope.app
  if (app !== undefined) return { app, overrides }
  throw new TypeError(
    `dependency ${name}: it lasts until the shutdown of an application, but there is no application. Put an Application around this app.`,
  )
}

/** Returns the context for a dependency that is used outside of connections, such as in a lifespan. */
export function startedContext(app: App): ApplicationContext {
  return { app, overrides: resourcesOf(app).overrides }
}

function isApplication(owner: unknown): owner is App {
  return typeof owner === 'function' && 'kind' in owner && owner.kind === 'application'
}

/** Returns the error for a dependency of connections that is used without a connection. */
export function noConnection(name: string): TypeError {
  const from = runningEntry()?.name
  return new TypeError(
    from === undefined
      ? `dependency ${name}: it belongs to a connection, but an application was given. Pass the request or websocket, or write { until: 'shutdown' }.`
      : `dependency ${from}: it lasts until the shutdown, but uses ${name}, which belongs to a connection. Write { until: 'shutdown' } for ${name} too.`,
  )
}
