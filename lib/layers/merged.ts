/**
 * Merges the settings of layers that are read at run time, to one object for each combination of layers.
 */
import type { MergedSettings } from '../types.ts'
import type { LayerSettings } from './settings.ts'

/** Returns the merged settings of a layer and its outer layers. */
type Merge = (outer: MergedSettings | undefined) => MergedSettings

/** How merged settings were made. */
interface Origin {
  readonly merge: Merge
  readonly outer: MergedSettings | undefined
  readonly merged: MergedSettings
}

const ORIGINS = new WeakMap<MergedSettings, Origin>()

/**
 * Returns the function that adds a layer, or undefined if the layer has no setting that is read at run
 * time.
 */
export function mergeOf(settings: LayerSettings): Merge | undefined {
  if (Object.keys(ownOf(settings)).length === 0) return undefined
  const alone = Object.freeze(add({}, settings))
  const known = new WeakMap<MergedSettings, MergedSettings>()
  const merge: Merge = (outer) => {
    if (outer === undefined) return alone
    const merged = known.get(outer) ?? addTo(outer)
    known.set(outer, merged)
    return merged
  }
  const addTo = (outer: MergedSettings): MergedSettings => {
    const earlier = earlierOf(outer, merge)
    if (earlier !== undefined) return earlier
    const merged = Object.freeze(add(outer, settings))
    ORIGINS.set(merged, { merge, outer, merged })
    return merged
  }
  ORIGINS.set(alone, { merge, outer: undefined, merged: alone })
  return merge
}

/**
 * Returns the settings that include this layer already: an outer middleware may call the app again with
 * the same scope.
 */
function earlierOf(given: MergedSettings, merge: Merge): MergedSettings | undefined {
  for (let origin = ORIGINS.get(given); origin !== undefined; ) {
    if (origin.merge === merge) return origin.merged
    origin = origin.outer === undefined ? undefined : ORIGINS.get(origin.outer)
  }
  return undefined
}

const UNGUARDED = new WeakMap<MergedSettings, MergedSettings>()

/** Returns the settings without guards, for an app that is called after the guards. */
export function withoutGuards(settings: MergedSettings): MergedSettings {
  const known = UNGUARDED.get(settings)
  if (known !== undefined) return known
  const { guards: _guards, ...others } = settings
  const free = Object.freeze(others)
  const origin = ORIGINS.get(settings)
  if (origin !== undefined) ORIGINS.set(free, origin)
  UNGUARDED.set(settings, free)
  return free
}

const NEAREST = ['status', 'validateResponses', 'encode', 'automaticOptions'] as const
const BY_KEY = ['responses', 'meta'] as const

/** Returns those settings of the layer that are read at run time. */
function ownOf(settings: LayerSettings): MergedSettings {
  const { mapResponse } = settings
  const names = [...NEAREST, ...BY_KEY, 'guards' as const]
  const own = names.filter((name) => settings[name] !== undefined)
  return {
    ...Object.fromEntries(own.map((name) => [name, settings[name]])),
    ...(mapResponse === undefined ? {} : { mapResponse: [mapResponse] }),
  }
}

/** Merges by three rules: the innermost value, the innermost value for each key, or all values. */
function add(outer: MergedSettings, settings: LayerSettings): MergedSettings {
  const own = ownOf(settings)
  const merged: Record<string, unknown> = { ...outer, ...own }
  for (const key of BY_KEY) {
    if (own[key] !== undefined) merged[key] = Object.freeze({ ...outer[key], ...own[key] })
  }
  for (const key of ['guards', 'mapResponse'] as const) {
    if (own[key] !== undefined) {
      merged[key] = Object.freeze([...(outer[key] ?? []), ...own[key]])
    }
  }
  return merged
}
