/** Loads what layers do with the first connection within one; later ones do not wait. */
import type { App } from '../types.ts'
import type * as actions from './actions.ts'
import type { LayerSettings } from './settings.ts'

let loaded: typeof actions | undefined

async function load(): Promise<typeof actions> {
  loaded ??= await import('./actions.ts')
  return loaded
}

export function acting(app: App, settings: LayerSettings): App {
  let made: App | undefined
  const make = ({ acting }: typeof actions): App => {
    made ??= acting(app, settings)
    return made
  }
  return (scope, receive, send) => {
    const ready = made ?? (loaded && make(loaded))
    if (ready !== undefined) return ready(scope, receive, send)
    return load().then((found) => make(found)(scope, receive, send))
  }
}

export function handleWithin<Answer>(
  ...given: Parameters<typeof actions.handleWithin<Answer>>
): Answer | Promise<Answer> {
  return loaded === undefined
    ? load().then(({ handleWithin }) => handleWithin(...given))
    : loaded.handleWithin(...given)
}

export async function pass(...given: Parameters<typeof actions.pass>): Promise<void> {
  const { pass } = loaded ?? (await load())
  return pass(...given)
}

export async function passTo(...given: Parameters<typeof actions.passTo>): Promise<void> {
  const { passTo } = loaded ?? (await load())
  return passTo(...given)
}
