/** Checks the settings of a layer at definition, and collects the settings of routes. */
import type { Override } from '../dependencies/overrides.ts'
import { isHeaderName, isHeaderValue } from '../http/headers.ts'
import { checkRange, invalid } from '../internal/checks.ts'
import { isOf } from '../types/brand.ts'
import type { Guard, LayerSettings, TimeoutOptions } from './settings.ts'

/** The names of all settings, in the form for `knownOptions`. */
export const SETTINGS =
  'middleware guards tags mapResponse afterResponse exceptionHandlers responses headers overrides meta bodyLimit validateResponses status encode automaticOptions hidden cacheControl timeout'

/** Settings that are only for documents, or that are applied where routes are built. */
const PASSIVE = ['middleware', 'exceptionHandlers', 'tags', 'hidden']

/** Whether any of the settings has an effect at run time. */
export function hasEffect(settings: LayerSettings): boolean {
  return Object.keys(settings).some((name) => !PASSIVE.includes(name))
}

type Check = readonly [rule: string, holds: (value: unknown) => boolean, fix?: string]

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isListOf = (value: unknown, holds: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(holds)
const isField = (value: unknown): boolean => typeof value === 'string' && isHeaderValue(value)

const LIST: Check = ['a list', Array.isArray]
const FUNCTION: Check = ['a function', isFunction]
const BOOLEAN: Check = ['true or false', isBoolean]
const OBJECT: Check = ['an object', isObject]

const CHECKS: { readonly [Name in keyof LayerSettings]?: Check } = {
  guards: [
    'a list of dependencies',
    (value) => isListOf(value, (guard) => isFunction((guard as Guard | undefined)?.of)),
    'Write guards: [dependency((request) => …)]',
  ],
  tags: ['a list of texts', (value) => isListOf(value, (tag) => typeof tag === 'string')],
  exceptionHandlers: LIST,
  middleware: ['a list', Array.isArray, 'Write middleware: [cors({ … })]'],
  overrides: [
    'a list of overrides, one for each dependency',
    areOverrides,
    'Write overrides: [db.as(fake)]',
  ],
  mapResponse: FUNCTION,
  afterResponse: FUNCTION,
  encode: FUNCTION,
  responses: OBJECT,
  headers: [
    'an object of names and values of fields',
    (value) =>
      isObject(value) &&
      Object.entries(value).every(([name, text]) => isHeaderName(name) && isField(text)),
  ],
  meta: OBJECT,
  validateResponses: BOOLEAN,
  automaticOptions: BOOLEAN,
  hidden: BOOLEAN,
  status: [
    'a number from 400 to 499',
    (value) => Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 499,
  ],
  cacheControl: [
    'the value of the field, or false',
    (value) => value === false || (isField(value) && value !== ''),
    "Write 'no-store', or use formatCacheControl()",
  ],
}

/**
 * Whether the value is a list of overrides. They are recognised by their brand, because a program without
 * overrides does not load their class.
 */
function areOverrides(value: unknown): boolean {
  if (!isListOf(value, (item) => isOf<Override>(item, 'Override'))) return false
  const overrides = value as readonly Override[]
  return new Set(overrides.map(({ dependency }) => dependency)).size === overrides.length
}

/**
 * Returns the settings among the options of a factory, or undefined if no setting is given.
 *
 * @throws TypeError or RangeError if one is invalid.
 */
export function settingsIn(
  where: string,
  options: { readonly [Name in keyof LayerSettings]?: unknown },
): LayerSettings | undefined {
  const names = (SETTINGS.split(' ') as (keyof LayerSettings)[]).filter(
    (name) => options[name] !== undefined,
  )
  if (names.length === 0) return undefined
  for (const name of names) {
    const value = options[name]
    const [rule, holds, fix = 'Leave it out'] = CHECKS[name] ?? []
    if (holds?.(value) === false) throw invalid(where, `${name} must be ${rule}`, value, fix)
  }
  const { bodyLimit, timeout } = options
  if (bodyLimit !== undefined) mustBeSize(where, 'bodyLimit', bodyLimit as number)
  if (timeout !== undefined && timeout !== false) {
    readTimeout(where, isObject(timeout) ? (timeout as TimeoutOptions) : { ms: timeout as number })
  }
  return Object.freeze(Object.fromEntries(names.map((name) => [name, options[name]])))
}

/** Timeout options with all defaults. */
export type TimeLimit = Readonly<Required<TimeoutOptions>>

/** The longest delay of a timer in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

/** Checks options, and adds the defaults. */
export function readTimeout(where: string, options: TimeoutOptions): TimeLimit {
  const { ms, status = 503, untilStart = false } = options
  const what = `ms must be a number of milliseconds up to ${LONGEST_MS}`
  const fix = 'Leave it out for no limit'
  checkRange(where, ms > 0 && ms <= LONGEST_MS, what, ms, fix)
  const isKnown = status === 503 || status === 504
  checkRange(where, isKnown, 'status must be 503 or 504', status, 'Choose one')
  return { ms, status, untilStart }
}

/** Checks an option that is a number of bytes. */
export function mustBeSize(where: string, option: string, size: number): void {
  checkRange(
    where,
    typeof size === 'number' && size >= 0,
    `${option} must be a number of bytes`,
    size,
    'Infinity means no limit',
  )
}

/** The settings that can be read from a route. */
export interface ReadableSettings {
  /** The settings of the layers around it and of its own options, outer ones first. */
  readonly settings: readonly LayerSettings[]
  /** The `meta` of all of them as one object. For each key the innermost layer applies. */
  readonly meta: Readonly<Record<PropertyKey, unknown>>
}

const NOTHING: ReadableSettings = Object.freeze({
  settings: Object.freeze([]),
  meta: Object.freeze({}),
})

/** Returns the settings of these layers, outer ones first. */
export function readableSettings(
  ...layers: readonly (LayerSettings | undefined)[]
): ReadableSettings {
  const settings = layers.filter((layer) => layer !== undefined)
  if (settings.length === 0) return NOTHING
  const meta = Object.assign({}, ...settings.map((layer) => layer.meta))
  return { settings: Object.freeze(settings), meta: Object.freeze(meta) }
}
