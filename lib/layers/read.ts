/** Checks what a layer is given, where it is defined. */
import { isHeaderName, isHeaderValue } from '../http/headers.ts'
import { wrong } from '../internal/must.ts'
import { mustBeSize, readTimeout, type TimeoutOptions } from './limits.ts'
import type { LayerSettings } from './settings.ts'

/** The names of all settings, as `knownOptions` takes them. */
export const SETTINGS =
  'middleware guards tags security mapResponse afterResponse exceptionHandlers responses headers overrides meta bodyLimit validateResponses status encode automaticOptions hidden cacheControl timeout'

type Check = readonly [rule: string, holds: (value: unknown) => boolean, fix?: string]

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isField = (value: unknown): boolean => typeof value === 'string' && isHeaderValue(value)

const LIST: Check = ['a list', Array.isArray]
const FUNCTION: Check = ['a function', isFunction]
const BOOLEAN: Check = ['true or false', isBoolean]
const OBJECT: Check = ['an object', isObject]

const CHECKS: { readonly [Name in keyof LayerSettings]?: Check } = {
  guards: [
    'a list of dependencies',
    (value) => Array.isArray(value) && value.every((guard) => isFunction(guard?.of)),
    'Write guards: [dependency((request) => …)]',
  ],
  tags: [
    'a list of texts',
    (value) => Array.isArray(value) && value.every((tag) => typeof tag === 'string'),
  ],
  security: LIST,
  exceptionHandlers: LIST,
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
