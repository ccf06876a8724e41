/** Evaluates a preflight request, and makes the fields of the response. */

import { Headers, indexOfName, isHeaderName } from '../../http/headers.ts'
import { check, checkRange } from '../../internal/checks.ts'
import type { HeaderList, HTTPScope } from '../../types.ts'

export interface PermissionsOptions {
  /** Allowed methods; `'*'` allows the seven that browsers use (['GET']). */
  methods?: '*' | readonly string[]
  /** Allowed request fields besides the safelisted ones; `'*'` allows any (none). */
  headers?: '*' | readonly string[]
  /** Whether requests may carry cookies and other credentials (false). */
  credentials?: boolean
  /** Whether pages of public sites may reach this server in a private network (false). */
  privateNetwork?: boolean
  /** Seconds for which browsers cache the answer to a preflight request (600). */
  maxAge?: number
}

/** The checked options, in the form in which they are compared and sent. */
export interface Permissions {
  readonly methods: readonly string[]
  /** Lower-case names; undefined if all are allowed. */
  readonly headers: ReadonlySet<string> | undefined
  readonly privateNetwork: boolean
  /** Fields that are the same in every response. */
  readonly fields: HeaderList
}

const ALL_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']
const SAFE_HEADERS = ['Accept', 'Accept-Language', 'Content-Language', 'Content-Type']

/**
 * Reads the options for preflight answers.
 *
 * @throws TypeError if a name is invalid.
 * @throws RangeError if `maxAge` is not a whole number of seconds.
 */
export function permissionsOf(options: PermissionsOptions): Permissions {
  const { methods = ['GET'], headers = [], maxAge = 600 } = options
  const isTime = Number.isInteger(maxAge) && maxAge >= 0
  const fix = 'Write 0 to disable caching'
  checkRange('cors', isTime, 'maxAge must be a whole number of seconds', maxAge, fix)
  const methodList = names('methods', methods === '*' ? ['*'] : methods)
  const headerList = names('headers', headers === '*' ? ['*'] : headers)
  const isAnyMethod = methodList.includes('*')
  const isAnyHeader = headerList.includes('*')
  const allowed = isAnyMethod ? ALL_METHODS : methodList.map(upperCase)
  const sendable = isAnyHeader ? [] : unionOf(SAFE_HEADERS, headerList)
  const fields = ['access-control-allow-methods', allowed.join(', ')]
  fields.push('access-control-max-age', String(maxAge))
  if (!isAnyHeader) fields.push('access-control-allow-headers', sendable.join(', '))
  if (options.credentials) fields.push('access-control-allow-credentials', 'true')
  return {
    methods: allowed,
    headers: isAnyHeader ? undefined : new Set(sendable.map((name) => name.toLowerCase())),
    privateNetwork: options.privateNetwork ?? false,
    fields,
  }
}

/** Checks a list of methods or field names: both are tokens. */
export function names(option: string, list: '*' | readonly string[]): readonly string[] {
  check('cors', Array.isArray(list), `${option} must be a list`, list, `Write ${option}: ['…']`)
  for (const name of list) {
    const isName = typeof name === 'string' && isHeaderName(name)
    check('cors', isName, `${option} must be a list of names`, name, 'Give each name on its own')
  }
  return list
}

function upperCase(name: string): string {
  return name.toUpperCase()
}

/** Returns the sorted union. Of names that differ only in case, the first is kept. */
function unionOf(...lists: readonly (readonly string[])[]): string[] {
  const byKey = new Map<string, string>()
  for (const name of lists.flat()) {
    if (!byKey.has(name.toLowerCase())) byKey.set(name.toLowerCase(), name)
  }
  return [...byKey.values()].sort()
}

/** Returns the method that a preflight request asks for, or undefined for other requests. */
export function requestedMethod({ method, headers }: HTTPScope): string | undefined {
  if (method !== 'OPTIONS') return undefined
  const index = indexOfName(headers, 'access-control-request-method')
  return index < 0 ? undefined : headers[index + 1]
}

/** The fields and network that a preflight request asks for. */
export interface PreflightRequest {
  readonly method: string
  readonly headers: readonly string[]
  readonly privateNetwork: boolean
}

export function preflightRequestOf(method: string, scope: HTTPScope): PreflightRequest {
  const fields = new Headers(scope.headers)
  const listed = fields.getAll('access-control-request-headers').flatMap((text) => text.split(','))
  return {
    method,
    // Empty elements of a list are ignored (RFC 9110 section 5.6.1).
    headers: listed.map((name) => name.trim()).filter((name) => name !== ''),
    privateNetwork: fields.has('access-control-request-private-network'),
  }
}

/** Returns which parts of the request are not allowed, in the order in which they are reported. */
export function refusedParts(preflight: PreflightRequest, permissions: Permissions): string[] {
  const { methods, headers } = permissions
  const mayHave = (name: string): boolean =>
    headers === undefined ? isHeaderName(name) : headers.has(name.toLowerCase())
  const faults: string[] = []
  if (!methods.includes(preflight.method)) faults.push('method')
  if (!preflight.headers.every(mayHave)) faults.push('headers')
  if (preflight.privateNetwork && !permissions.privateNetwork) faults.push('private-network')
  return faults
}

/** Returns the fields of the response to an allowed origin. */
export function preflightFields(preflight: PreflightRequest, permissions: Permissions): HeaderList {
  const fields = [...permissions.fields]
  const mirrored = preflight.headers.filter(isHeaderName).join(', ')
  if (permissions.headers === undefined && mirrored !== '') {
    fields.push('access-control-allow-headers', mirrored)
  }
  if (preflight.privateNetwork && permissions.privateNetwork) {
    fields.push('access-control-allow-private-network', 'true')
  }
  return fields
}
