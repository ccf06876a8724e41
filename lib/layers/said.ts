/** What routes and apps tell of the layers around them. */
import type { LayerSettings } from './settings.ts'

/** What can be read of a route. */
export interface Said {
  /** What the layers around it, and its own options, say, outer ones first. */
  readonly settings: readonly LayerSettings[]
  /** The `meta` of all of them as one object; for one key, the nearest layer counts. */
  readonly meta: Readonly<Record<PropertyKey, unknown>>
}

const NOTHING: Said = Object.freeze({ settings: Object.freeze([]), meta: Object.freeze({}) })

/** What these layers say, outer ones first. */
export function said(...layers: readonly (LayerSettings | undefined)[]): Said {
  const settings = layers.filter((layer) => layer !== undefined)
  if (settings.length === 0) return NOTHING
  const meta = Object.assign({}, ...settings.map((layer) => layer.meta))
  return { settings: Object.freeze(settings), meta: Object.freeze(meta) }
}
