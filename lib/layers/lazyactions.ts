/** Loads `actions.ts` with the first connection in a layer. Later connections do not wait. */
import type { App } from '../types.ts'
import type * as actions from './actions.ts'
import type { LayerSettings } from './settings.ts'

let loaded: typeof actions | undefined

async function load(): Promise<typeof actions> {
  loaded ??= await import('./actions.ts')
  return loaded
}

export function applySettings(app: App, settings: LayerSettings): App {
  let made: App | undefined
  const make = ({ applySettings }: typeof actions): App => {
    made ??= applySettings(app, settings)
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

export async function callGuards(...given: Parameters<typeof actions.callGuards>): Promise<void> {
  const { callGuards } = loaded ?? (await load())
  return callGuards(...given)
}

export async function callBehindGuards(
  ...given: Parameters<typeof actions.callBehindGuards>
): Promise<void> {
  const { callBehindGuards } = loaded ?? (await load())
  return callBehindGuards(...given)
}
