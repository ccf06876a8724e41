/** Dependencies that are security schemes: they find a user, and documents say how. */
import type { Connection } from '../connections.ts'
import {
  type Accepted,
  type AnyConnection,
  type Dependency,
  dependency,
  type Found,
} from '../dependencies.ts'
import { HTTPException } from '../exceptions.ts'
import { isThenable } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, wrong } from '../internal/must.ts'
import { challenge } from './challenge.ts'
import { hasScopes } from './requires.ts'

/** A security scheme as OpenAPI describes it. */
export type SecurityScheme = { readonly description?: string } & (
  | { readonly type: 'http'; readonly scheme: string; readonly bearerFormat?: string }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'oauth2'; readonly flows: Readonly<Record<string, object>> }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'mutualTLS' }
)

export interface SecuredOptions {
  /** The name of the scheme in documents (the `scheme`, such as 'bearer', the name of an API key, or the type). */
  name?: string
  /** The scopes that the user must have; others get 403 (none). */
  scopes?: readonly string[]
  /** When a generator cleans up ('response'). */
  until?: 'response' | 'handler'
}

/** What a document says of a secured operation. */
export interface SecurityNeed {
  readonly name: string
  readonly scheme: SecurityScheme
  readonly scopes: readonly string[]
}

/** A dependency that is a security scheme. */
export interface Secured<Value = unknown, From = AnyConnection> extends Dependency<Value, From> {
  readonly security: SecurityNeed
  /** The same user, who must have these scopes too; others get 403. */
  requiring(...scopes: readonly string[]): Secured<Value, From>
}

/**
 * A dependency that finds the user of a connection, and is a security scheme of OpenAPI too: operations
 * that use it, or are guarded by it, are secured in the document.
 *
 * `find` throws to refuse a connection. A 401 gets the `WWW-Authenticate` of the scheme if it has none
 * (RFC 9110 section 15.5.2). Scopes are those of the value (`scopes`), or of `request.auth`.
 *
 * @throws TypeError if the scheme, the function or an option is invalid.
 * @example
 * const currentUser = secured({ type: 'http', scheme: 'bearer' }, async (request) => {
 *   const token = bearerToken(request)
 *   if (token !== 'x4KqV0p7mZ') throw new HTTPException(401)
 *   return { name: 'ada', scopes: ['read'] }
 * })
 * const shown = operation({ use: { currentUser } }, ({ currentUser: user }) => reply(200, user.name))
 * const changed = operation({ guards: [currentUser.requiring('write')] }, () => reply(204))
 */
export function secured<Result, From extends AnyConnection = Connection>(
  scheme: SecurityScheme,
  find: (connection: From) => Result,
  options: SecuredOptions = {},
): Secured<Found<Result>, Accepted<From>> {
  knownOptions('secured', options, 'name scopes until')
  assertScheme(scheme)
  must(
    'secured',
    typeof find === 'function',
    'find must be a function',
    find,
    'Write (request) => user',
  )
  const { name = nameOf(scheme), scopes = [], until = 'response' } = options
  const found = dependency<Result, From>(challenging(scheme, find), {
    until,
    name: find.name || name,
  })
  const whole = securedBy(found, { name, scheme, scopes: [] })
  return scopes.length === 0 ? whole : whole.requiring(...scopes)
}

/** The scheme goes onto the dependency itself, so that overrides of it stay in force. */
function securedBy<Value, From>(
  found: Dependency<Value, From>,
  security: SecurityNeed,
): Secured<Value, From> {
  const requiring = (...scopes: readonly string[]): Secured<Value, From> => {
    assertScopes(scopes)
    const all = [...new Set([...security.scopes, ...scopes])]
    return securedBy(limited(found, all), { ...security, scopes: all })
  }
  return Object.assign(found, { security, requiring })
}

/** A dependency on the user, for those who have the scopes. */
function limited<Value, From>(
  found: Dependency<Value, From>,
  scopes: readonly string[],
): Dependency<Value, From> {
  const check = (user: unknown, connection: unknown): unknown => {
    if (hasScopes({ scopes: scopesOf(user, connection) }, scopes)) return user
    throw new HTTPException(403, 'The user does not have the scopes that are needed.')
  }
  const find = (connection: From): unknown => {
    const user = found.of(connection)
    return isThenable(user)
      ? Promise.resolve(user).then((settled) => check(settled, connection))
      : check(user, connection)
  }
  const name = `${found.name} with ${scopes.join(' ')}`
  return dependency(find as (connection: AnyConnection) => unknown, { name }) as Dependency<
    Value,
    From
  >
}

function scopesOf(user: unknown, connection: unknown): readonly string[] {
  const own: unknown = (user as { scopes?: unknown } | null | undefined)?.scopes
  if (Array.isArray(own)) return own
  return (connection as Connection).scope.auth?.scopes ?? []
}

/** The function with its kind, by which dependencies know whether it is async. */
function challenging<Result, From>(
  scheme: SecurityScheme,
  find: (connection: From) => Result,
): (connection: From) => Result {
  const field = challengeOf(scheme)
  if (field === undefined) return find
  const challenged = (error: unknown): unknown => {
    if (error instanceof HTTPException && error.status === 401) {
      error.headers.setDefault('www-authenticate', field)
    }
    return error
  }
  const kinds: Record<string, unknown> = {
    async AsyncFunction(connection: From) {
      try {
        return await find(connection)
      } catch (error) {
        throw challenged(error)
      }
    },
    async *AsyncGeneratorFunction(connection: From) {
      try {
        yield* find(connection) as AsyncGenerator
      } catch (error) {
        throw challenged(error)
      }
    },
  }
  const kind = Object.prototype.toString.call(find).slice('[object '.length, -1)
  const plain = (connection: From): unknown => {
    try {
      const user = find(connection)
      if (!isThenable(user)) return user
      return Promise.resolve(user).catch((error: unknown) => Promise.reject(challenged(error)))
    } catch (error) {
      throw challenged(error)
    }
  }
  return (kinds[kind] ?? plain) as (connection: From) => Result
}

/** Browsers and clients learn by it how to authenticate; cookies and keys have no challenge. */
function challengeOf(scheme: SecurityScheme): string | undefined {
  if (scheme.type === 'oauth2' || scheme.type === 'openIdConnect') return 'Bearer'
  if (scheme.type !== 'http') return undefined
  const name = scheme.scheme.charAt(0).toUpperCase() + scheme.scheme.slice(1).toLowerCase()
  return name === 'Basic' ? challenge(name, { realm: 'Restricted', charset: 'UTF-8' }) : name
}

function nameOf(scheme: SecurityScheme): string {
  if (scheme.type === 'http') return scheme.scheme.toLowerCase()
  return scheme.type === 'apiKey' ? scheme.name : scheme.type
}

const TYPES: readonly unknown[] = ['http', 'apiKey', 'oauth2', 'openIdConnect', 'mutualTLS']

function assertScheme(scheme: unknown): void {
  const { type, ...rest } = (scheme ?? {}) as Record<string, unknown>
  if (!TYPES.includes(type)) {
    const what = `the type of the scheme must be one of ${TYPES.join(', ')}`
    throw wrong('secured', what, type, "Write { type: 'http', scheme: 'bearer' }")
  }
  const needed = {
    http: 'scheme',
    apiKey: 'name',
    oauth2: 'flows',
    openIdConnect: 'openIdConnectUrl',
    mutualTLS: '',
  }
  const key = needed[type as keyof typeof needed]
  const isGiven = key === '' || rest[key] !== undefined
  must(
    'secured',
    isGiven,
    `a scheme of the type ${String(type)} must have ${key}`,
    rest[key],
    `Add ${key}`,
  )
}

function assertScopes(scopes: readonly unknown[]): void {
  const areWords = scopes.every((scope) => typeof scope === 'string' && /^\S+$/.test(scope))
  must('secured', areWords, 'scopes must be words', scopes, "Write requiring('read', 'write')")
}
