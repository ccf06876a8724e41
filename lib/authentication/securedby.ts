/** Makes secured dependencies of dependencies that find a user: they refuse connections without one. */
import type { Connection } from '../connections.ts'
import { type AnyConnection, type Dependency, dependency } from '../dependencies.ts'
import { check } from '../internal/checks.ts'
import { handled, isThenable } from '../internal/handled.ts'
import { insufficient, unauthenticated } from './refusals.ts'
import { hasScopes } from './requires.ts'
import type { SecurityNeed } from './schemes.ts'

/** A dependency that is a security scheme. With `optional` its value is undefined without a user. */
export interface Secured<Value = unknown, From = AnyConnection, User = Value>
  extends Dependency<Value, From> {
  /** The alternative schemes. */
  readonly security: readonly SecurityNeed[]
  /** Whether connections without a user pass. */
  readonly optional: boolean
  /**
   * Returns a dependency on the same user that requires these scopes too. Other users get 403, and
   * connections without a user get 401, also if this dependency is optional.
   */
  requiring(...scopes: readonly string[]): Secured<User, From>
}

/** How a user is required. */
interface Requirement {
  /** The alternative schemes, with the required scopes. */
  readonly needs: readonly SecurityNeed[]
  /** Whether connections without a user pass. */
  readonly optional: boolean
}

/**
 * Checks what a dependency finds. Overrides of the dependency are checked too, because the check is in `of()`,
 * not in the function that finds the user.
 */
export function securedBy<Value, From, User = Value>(
  found: Dependency<unknown, From>,
  { needs, optional }: Requirement,
): Secured<Value, From, User> {
  const checked = (user: unknown): unknown => {
    if (isUser(user)) return user
    if (optional) return undefined
    throw unauthenticated(needs)
  }
  const requiring = (...scopes: readonly string[]): Secured<User, From> =>
    withScopes(found, { needs, optional: false }, scopes)
  const find = found.of.bind(found)
  const of = (connection: From): Value => settledBy(checked, find(connection)) as Value
  return Object.assign(found, { security: needs, optional, requiring, of }) as Secured<
    Value,
    From,
    User
  >
}

/** Makes a dependency on the user of another one that requires further scopes. */
export function withScopes<Value, From, User = Value>(
  found: Dependency<unknown, From>,
  { needs, optional }: Requirement,
  scopes: readonly string[],
): Secured<Value, From, User> {
  assertScopes(scopes)
  const all = needs.map((need) => {
    return { ...need, scopes: [...new Set([...need.scopes, ...scopes])] }
  })
  const required = all[0]?.scopes ?? []
  const find = (connection: From): unknown => {
    const checked = (user: unknown): unknown => {
      const isAllowed = !isUser(user) || hasScopes({ scopes: scopesOf(user, connection) }, required)
      if (isAllowed) return user
      throw insufficient(all)
    }
    return settledBy(checked, found.of(connection))
  }
  const name = `${found.name} with ${required.join(' ')}`
  const limited = dependency(find as (connection: AnyConnection) => unknown, { name })
  return securedBy(limited as Dependency<unknown, From>, { needs: all, optional })
}

/**
 * Whether a function has found a user. The results that mean none are those of a map, a database and a check,
 * and the user that authentication middleware sets for connections without credentials.
 */
function isUser(user: unknown): boolean {
  if (user === undefined || user === null || user === false) return false
  return (user as { isAuthenticated?: unknown }).isAuthenticated !== false
}

/** Applies a check to a value, or to the value of a promise. */
function settledBy(checked: (user: unknown) => unknown, user: unknown): unknown {
  return isThenable(user) ? handled(Promise.resolve(user).then(checked)) : checked(user)
}

function scopesOf(user: unknown, connection: unknown): readonly string[] {
  const own: unknown = (user as { scopes?: unknown }).scopes
  if (Array.isArray(own)) return own
  return (connection as Connection).scope.auth?.scopes ?? []
}

function assertScopes(scopes: unknown): void {
  const areWords =
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string' && /^\S+$/.test(scope))
  check('secured', areWords, 'scopes must be words', scopes, "Write requiring('read', 'write')")
}
