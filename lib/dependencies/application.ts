/** The dependencies of an application, which live until its lifespan ends. */

import { resourcesOf } from '../lifespan/resources.ts'
import type { App, ConnectionScope } from '../types.ts'
import { asker } from './asker.ts'
import type { ApplicationContext } from './found.ts'
import { ended } from './generators.ts'
import { Holder, type Provider } from './holder.ts'
import { together } from './together.ts'

/** What was found for an application so far. */
export function foundForApplication(app: App): ApplicationDependencies {
  const resources = resourcesOf(app)
  const known = resources.found as ApplicationDependencies | undefined
  if (known !== undefined) return known
  const made = new ApplicationDependencies()
  resources.found = made
  return made
}

export class ApplicationDependencies {
  readonly #holder = new Holder({ retries: true, assertClosed: () => {} })

  get(provider: Provider, context: ApplicationContext): unknown {
    return this.#holder.get(provider, context)
  }

  /** Closes all; rejects with the errors of clean-ups. */
  async close(): Promise<void> {
    const errors: unknown[] = []
    await this.#holder.close(
      () => true,
      async ({ generator, name }) => {
        if (generator === undefined) return
        await ended(generator, undefined, name).catch((error: unknown) => errors.push(error))
      },
    )
    if (errors.length > 0) throw together(errors)
  }
}

/** What a connection says of its application. */
export function contextOf(scope: ConnectionScope, name: string): ApplicationContext {
  const { outcome, overrides } = scope
  const app = isApplication(outcome?.owner) ? outcome.owner : scope.app
  if (app !== undefined) return { app, overrides }
  throw new TypeError(
    `dependency ${name}: it lasts until the shutdown of an application, but no application is around. Put an Application around this app.`,
  )
}

/** For one that is asked for outside of connections, as in a lifespan. */
export function startedContext(app: App): ApplicationContext {
  return { app, overrides: resourcesOf(app).overrides }
}

function isApplication(owner: unknown): owner is App {
  return typeof owner === 'function' && 'kind' in owner && owner.kind === 'application'
}

/** The error for asking for a dependency of connections without a connection. */
export function noConnection(name: string): TypeError {
  const from = asker()?.name
  return new TypeError(
    from === undefined
      ? `dependency ${name}: it belongs to a connection, but an application was given. Pass the request or websocket, or write { until: 'shutdown' }.`
      : `dependency ${from}: it lasts until the shutdown, but asks for ${name}, which belongs to a connection. Write { until: 'shutdown' } for ${name} too.`,
  )
}
