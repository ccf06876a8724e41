/** Checks what a layer is given, where it is defined, and tells what routes say of theirs. */
import type { Override } from '../dependencies/overrides.ts'
import { isHeaderName, isHeaderValue } from '../http/headers.ts'
import { mustRange, wrong } from '../internal/must.ts'
import { isOf } from '../types/brand.ts'
import type { Guard, LayerSettings, TimeoutOptions } from './settings.ts'

/** The names of all settings, as `knownOptions` takes them. */
export const SETTINGS =
  'middleware guards tags security mapResponse afterResponse exceptionHandlers responses headers overrides meta bodyLimit validateResponses status encode automaticOptions hidden cacheControl timeout'

/** Those that are for documents, or done by what builds the routes. */
const PASSIVE = ['middleware', 'exceptionHandlers', 'tags', 'security', 'hidden']

/** Whether any of the settings does something at run time. */
export function acts(settings: LayerSettings): boolean {
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
  security: LIST,
  exceptionHandlers: LIST,
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

/** By their brand, since a program without overrides does not load their class. */
function areOverrides(value: unknown): boolean {
  if (!isListOf(value, (item) => isOf<Override>(item, 'Override'))) return false
  const overrides = value as readonly Override[]
  return new Set(overrides.map(({ dependency }) => dependency)).size === overrides.length
}

/**
 * The settings among the options of a factory; undefined if no setting is given.
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
    const [rule, holds, fix = 'Correct it'] = CHECKS[name] ?? []
    if (holds?.(value) === false) throw wrong(where, `${name} must be ${rule}`, value, fix)
  }
  const { bodyLimit, timeout } = options
  if (bodyLimit !== undefined) mustBeSize(where, 'bodyLimit', bodyLimit as number)
  if (timeout !== undefined && timeout !== false) {
    readTimeout(where, isObject(timeout) ? (timeout as TimeoutOptions) : { ms: timeout as number })
  }
  return Object.freeze(Object.fromEntries(names.map((name) => [name, options[name]])))
}

/** Options without gaps. */
export type TimeLimit = Readonly<Required<TimeoutOptions>>

/** The longest delay of a timer in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

/** Checks options, and adds the defaults. */
export function readTimeout(where: string, options: TimeoutOptions): TimeLimit {
  const { ms, status = 503, untilStart = false } = options
  const what = `ms must be a number of milliseconds up to ${LONGEST_MS}`
  const fix = 'Leave it out for no limit'
  mustRange(where, ms > 0 && ms <= LONGEST_MS, what, ms, fix)
  const isKnown = status === 503 || status === 504
  mustRange(where, isKnown, 'status must be 503 or 504', status, 'Choose one')
  return { ms, status, untilStart }
}

/** Checks an option that is a number of bytes. */
export function mustBeSize(where: string, option: string, size: number): void {
  mustRange(
    where,
    typeof size === 'number' && size >= 0,
    `${option} must be a number of bytes`,
    size,
    'Infinity means no limit',
  )
}

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
