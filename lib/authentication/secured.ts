/** Dependencies that are security schemes: they find a user, and the OpenAPI document describes them. */
import type { Connection } from '../connections.ts'
import { type Accepted, type AnyConnection, dependency, type Found } from '../dependencies.ts'
import { check } from '../internal/checks.ts'
import { isThenable } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { challengeOf, isUnauthenticated } from './refusals.ts'
import { assertScheme, nameOf, type SecurityScheme } from './schemes.ts'
import { type Secured, securedBy, withScopes } from './securedby.ts'

export type { Secured } from './securedby.ts'

export interface SecuredOptions<Optional extends boolean = boolean> {
  /** The name of the scheme in documents (the `scheme`, such as 'bearer', the name of an API key, or the type). */
  name?: string
  /** The scopes that a user must have; others get 403 (none). */
  scopes?: readonly string[]
  /**
   * Whether connections without a user pass; the value is undefined then, and documents list anonymous use as
   * an alternative (false). An error that the function throws refuses the connection all the same.
   */
  optional?: Optional
  /** When a generator cleans up ('response'). */
  until?: 'response' | 'handler'
}

/** The results of a function that has found no user. */
// biome-ignore lint/suspicious/noConfusingVoidType: the result of a function without a return
type NoUser = undefined | null | false | void

/** The user that a function finds, or a promise if it is async. */
type FoundUser<Result> =
  Result extends PromiseLike<infer User> ? Promise<Exclude<User, NoUser>> : Exclude<Result, NoUser>

/** The value of a dependency: the user, or undefined if it is optional. */
// biome-ignore format: a table
export type UserOrNone<User, Optional extends boolean> =
  true extends Optional ? (User extends Promise<infer One> ? Promise<One | undefined> : User | undefined)
                        : User

/**
 * Makes a dependency that finds the user of a connection. It is also a security scheme of OpenAPI: the
 * document adds it to the operations that use the dependency or are guarded by it.
 *
 * A connection is refused with 401 if `find` returns no user, which is undefined, null, false, or a user
 * whose `isAuthenticated` is false. With `optional: true` it passes, and the value is undefined. Other
 * refusals, such as that of wrong credentials, are errors that `find` throws.
 *
 * A 401 gets the `WWW-Authenticate` of the scheme if it has none (RFC 9110 section 15.5.2). The user's scopes
 * are the `scopes` of the value, or else those of `request.auth`.
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
export function secured<
  Result,
  From extends AnyConnection = Connection,
  const Optional extends boolean = false,
>(
  scheme: SecurityScheme,
  find: (connection: From) => Result,
  options: SecuredOptions<Optional> = {},
): Secured<
  UserOrNone<FoundUser<Found<Result>>, Optional>,
  Accepted<From>,
  FoundUser<Found<Result>>
> {
  knownOptions('secured', options, 'name scopes optional until')
  assertScheme(scheme)
  const isFunction = typeof find === 'function'
  check('secured', isFunction, 'find must be a function', find, 'Write (request) => user')
  const { name = nameOf(scheme), scopes = [], optional = false, until = 'response' } = options
  const isFlag = typeof optional === 'boolean'
  check('secured', isFlag, 'optional must be true or false', optional, 'Leave it out for false')
  const found = dependency<Result, From>(withChallenge(scheme, find), {
    until,
    name: find.name || name,
  })
  const requirement = { needs: [{ name, scheme, scopes: [] }], optional }
  return scopes.length === 0
    ? securedBy(found, requirement)
    : withScopes(found, requirement, scopes)
}

/**
 * Adds the challenge to the errors of a function. The result is of the same kind (plain, async or a
 * generator), because dependencies read from it whether the function is async.
 */
function withChallenge<Result, From>(
  scheme: SecurityScheme,
  find: (connection: From) => Result,
): (connection: From) => Result {
  const field = challengeOf(scheme)
  if (field === undefined) return find
  const challenged = (error: unknown): unknown => {
    if (isUnauthenticated(error)) error.headers.setDefault('www-authenticate', field)
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
    *GeneratorFunction(connection: From) {
      try {
        yield* find(connection) as Generator
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
