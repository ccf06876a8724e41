/** The fields that are the same in every response. */

import { assertHeader } from '../../http/headers.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import type { HeaderList } from '../../types.ts'

export interface FieldOptions {
  /** Which windows share a group with pages ('same-origin'). */
  crossOriginOpenerPolicy?: string | false
  /** Who may embed responses ('same-origin'). */
  crossOriginResourcePolicy?: string | false
  /** What pages may embed; `require-corp` with the opener policy isolates them (false). */
  crossOriginEmbedderPolicy?: string | false
  /** Whether browsers keep origins in processes of their own ('?1'). */
  originAgentCluster?: string | false
  /** What pages may use, such as `camera=(), geolocation=(self)` (false). */
  permissionsPolicy?: string | false
  /** What of its URL a page tells others ('no-referrer'). */
  referrerPolicy?: string | false
  /** No guessing of media types ('nosniff'). */
  xContentTypeOptions?: string | false
  /** Whether names in links are looked up ahead ('off'). */
  xDnsPrefetchControl?: string | false
  /** No opening of downloads in the context of the site, in old browsers ('noopen'). */
  xDownloadOptions?: string | false
  /** Who may frame pages, in browsers without `frame-ancestors` ('SAMEORIGIN'). */
  xFrameOptions?: string | false
  /** What Adobe's programs may read ('none'). */
  xPermittedCrossDomainPolicies?: string | false
  /** The filter of old browsers, which did harm ('0', off). */
  xXssProtection?: string | false
}

export interface TransportOptions {
  /** Seconds for which browsers come by https only (31536000, a year). */
  maxAge?: number
  /** Whether the hosts below are meant too (true). */
  includeSubDomains?: boolean
  /** Whether the host may be put on the list that comes with browsers (false). */
  preload?: boolean
}

const DEFAULTS: Readonly<Required<FieldOptions>> = {
  crossOriginOpenerPolicy: 'same-origin',
  crossOriginResourcePolicy: 'same-origin',
  crossOriginEmbedderPolicy: false,
  originAgentCluster: '?1',
  permissionsPolicy: false,
  referrerPolicy: 'no-referrer',
  xContentTypeOptions: 'nosniff',
  xDnsPrefetchControl: 'off',
  xDownloadOptions: 'noopen',
  xFrameOptions: 'SAMEORIGIN',
  xPermittedCrossDomainPolicies: 'none',
  xXssProtection: '0',
}

/**
 * The fields by these options, as a flat list; those with options of their own are not among them.
 *
 * @throws TypeError for a value that no field may have.
 */
export function fieldsOf(options: FieldOptions): HeaderList {
  const given: Readonly<Record<string, unknown>> = { ...options }
  return Object.entries(DEFAULTS).flatMap(([option, standard]) => {
    const value = given[option] ?? standard
    if (value === false) return []
    const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    return [name, checkedValue(name, value)]
  })
}

function checkedValue(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(
      `secureHeaders: the value of "${name}" must be text, ${JSON.stringify(value)} was given. Write false to leave it out.`,
    )
  }
  assertHeader(name, value)
  return value
}

const YEAR = 31_536_000

/**
 * The value of `Strict-Transport-Security`.
 *
 * @throws RangeError when `maxAge` is no number of seconds, or not enough for the list of browsers.
 */
export function transportSecurity(options: TransportOptions): string {
  knownOptions(
    'secureHeaders: strictTransportSecurity',
    options,
    'maxAge includeSubDomains preload',
  )
  const { maxAge = YEAR, includeSubDomains = true, preload = false } = options
  if (!Number.isInteger(maxAge) || maxAge < 0) {
    throw new RangeError(
      `secureHeaders: maxAge must be a whole number of seconds, ${maxAge} was given. Write 0 to have browsers forget.`,
    )
  }
  if (preload && (maxAge < YEAR || !includeSubDomains)) {
    throw new RangeError(
      `secureHeaders: preload needs sub domains and a year, maxAge ${maxAge} was given${includeSubDomains ? '' : ' without sub domains'}. Write { maxAge: ${YEAR}, preload: true }.`,
    )
  }
  return `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`
}
