/** Security schemes, and the security requirements of operations in documents. */
import { check, invalid } from '../internal/checks.ts'

/** A security scheme as OpenAPI describes it. */
export type SecurityScheme = { readonly description?: string } & (
  | { readonly type: 'http'; readonly scheme: string; readonly bearerFormat?: string }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'oauth2'; readonly flows: Readonly<Record<string, object>> }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'mutualTLS' }
)

/** A security requirement of OpenAPI: the required scopes by the name of their scheme. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>

/** The security requirement of an operation in a document. */
export interface SecurityNeed {
  readonly name: string
  readonly scheme: SecurityScheme
  readonly scopes: readonly string[]
}

/** Returns the alternative schemes of a dependency. The list is empty if it is not secured. */
export function needsOf(dependency: unknown): readonly SecurityNeed[] {
  const needs = (dependency as { security?: unknown } | undefined)?.security
  return Array.isArray(needs) ? needs : []
}

/** Whether connections without a user pass a secured dependency. */
export function isOptional(dependency: unknown): boolean {
  return (dependency as { optional?: unknown } | undefined)?.optional === true
}

/** Returns the default name of a scheme in documents. */
export function nameOf(scheme: SecurityScheme): string {
  if (scheme.type === 'http') return scheme.scheme.toLowerCase()
  return scheme.type === 'apiKey' ? scheme.name : scheme.type
}

/** The member that each type of scheme requires. */
const NEEDED = {
  http: 'scheme',
  apiKey: 'name',
  oauth2: 'flows',
  openIdConnect: 'openIdConnectUrl',
  mutualTLS: '',
}

/** Checks a scheme. Throws a TypeError if a member is missing that its type requires. */
export function assertScheme(scheme: unknown): void {
  const { type, ...rest } = (scheme ?? {}) as Record<string, unknown>
  if (!Object.hasOwn(NEEDED, String(type))) {
    const what = `the type of the scheme must be one of ${Object.keys(NEEDED).join(', ')}`
    throw invalid('secured', what, type, "Write { type: 'http', scheme: 'bearer' }")
  }
  const key = NEEDED[type as keyof typeof NEEDED]
  const isGiven = key === '' || typeof rest[key] === (key === 'flows' ? 'object' : 'string')
  check(
    'secured',
    isGiven,
    `a scheme of the type ${String(type)} must have ${key}`,
    rest[key],
    `Add ${key}`,
  )
}
