/** The fields that are the same in every response. */

import { assertHeader } from '../../http/headers.ts'
import { check, checkRange } from '../../internal/checks.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import type { HeaderList } from '../../types.ts'

export interface FieldOptions {
  /** Which windows share a browsing context group with pages ('same-origin'). */
  crossOriginOpenerPolicy?: string | false
  /** Which sites may embed responses ('same-origin'). */
  crossOriginResourcePolicy?: string | false
  /** Which resources pages may embed (false). `require-corp` with the opener policy isolates the pages. */
  crossOriginEmbedderPolicy?: string | false
  /** Whether browsers isolate the origin in its own process ('?1'). */
  originAgentCluster?: string | false
  /** Which features pages may use, such as `camera=(), geolocation=(self)` (false). */
  permissionsPolicy?: string | false
  /** How much of its URL a page sends as referrer ('no-referrer'). */
  referrerPolicy?: string | false
  /** Disables media type sniffing ('nosniff'). */
  xContentTypeOptions?: string | false
  /** Whether host names in links are resolved ahead of time ('off'). */
  xDnsPrefetchControl?: string | false
  /** Stops old browsers from opening downloads in the context of the site ('noopen'). */
  xDownloadOptions?: string | false
  /** Which sites may frame pages, for browsers without `frame-ancestors` ('SAMEORIGIN'). */
  xFrameOptions?: string | false
  /** Which resources Adobe's programs may load ('none'). */
  xPermittedCrossDomainPolicies?: string | false
  /** The XSS filter of old browsers, off because it was harmful ('0'). */
  xXssProtection?: string | false
}

export interface TransportOptions {
  /** Seconds for which browsers use https only (31536000, a year). */
  maxAge?: number
  /** Whether subdomains are included (true). */
  includeSubDomains?: boolean
  /** Whether the host may be added to the preload list of browsers (false). */
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
 * Returns the fields for these options, as a flat list.
 *
 * @throws TypeError if a value is invalid in a field.
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
  const isText = typeof value === 'string' && value !== ''
  const fix = 'Write false to leave it out'
  check('secureHeaders', isText, `the value of "${name}" must be text`, value, fix)
  assertHeader(name, value)
  return value
}

const YEAR = 31_536_000

/**
 * Returns the value of `Strict-Transport-Security`.
 *
 * @throws RangeError if `maxAge` is not a whole number of seconds, or is too short for preloading.
 */
export function transportSecurity(options: TransportOptions): string {
  knownOptions(
    'secureHeaders: strictTransportSecurity',
    options,
    'maxAge includeSubDomains preload',
  )
  const { maxAge = YEAR, includeSubDomains = true, preload = false } = options
  checkRange(
    'secureHeaders',
    Number.isInteger(maxAge) && maxAge >= 0,
    'maxAge must be a whole number of seconds',
    maxAge,
    'Write 0 to revoke it in browsers',
  )
  if (preload && (maxAge < YEAR || !includeSubDomains)) {
    throw new RangeError(
      `secureHeaders: preload needs subdomains and a maxAge of a year, maxAge ${maxAge} was given${includeSubDomains ? '' : ' without subdomains'}. Write { maxAge: ${YEAR}, preload: true }.`,
    )
  }
  return `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`
}
