/** Makes security dependencies of the identifiers that middleware uses. */
import type { Connection } from '../connections.ts'
import type { AnyConnection } from '../dependencies.ts'
import type { Identity } from './authentication.ts'
import { identify } from './authentication.ts'
import type { BearerOptions } from './bearer.ts'
import type { Identifier } from './gate.ts'
import type { SecurityScheme } from './schemes.ts'
import { type Secured, secured, type UserOrNone } from './secured.ts'

/**
 * A security dependency whose value is an identity, of the type that a function of its options returns. If it
 * is optional, the value is undefined without credentials.
 */
export interface SecuredIdentity<
  Found extends Identity = Identity,
  Optional extends boolean = false,
> extends Secured<UserOrNone<Promise<Found>, Optional>, AnyConnection, Promise<Found>> {}

/** The options of a middleware, for a dependency. */
export type IdentityOptions<Options, Optional extends boolean> = Omit<Options, 'optional'> & {
  /**
   * Whether connections without credentials pass; the value is undefined then (false). Wrong credentials are
   * refused all the same.
   */
  optional?: Optional
}

/** Returns the security scheme of tokens in the Authorization field or in a cookie. */
export function tokenScheme(
  { cookie }: Pick<BearerOptions, 'cookie'>,
  bearerFormat?: string,
): SecurityScheme {
  if (cookie !== undefined) return { type: 'apiKey', in: 'cookie', name: cookie }
  return { type: 'http', scheme: 'bearer', ...(bearerFormat === undefined ? {} : { bearerFormat }) }
}

/** Makes the dependency of an identifier. Without credentials an optional one finds no user. */
export function identityDependency<State, Found extends Identity, Optional extends boolean>(
  where: string,
  scheme: SecurityScheme,
  { find, missing }: Identifier<State>,
  scopes: readonly string[] = [],
): SecuredIdentity<Found, Optional> {
  const found = async (connection: Connection): Promise<Found | null> => {
    const { scope } = connection
    // The scope's type is narrowed by routing: there is no lifespan here.
    const identity = await find(connection as never, scope as never)
    if (identity === null && missing !== null) throw missing()
    // The user that an outer middleware has identified is kept.
    if (identity !== null || scope.user === undefined) identify(scope, identity, where)
    return identity as Found | null
  }
  const secure = secured(scheme, found, { scopes, optional: missing === null })
  return secure as SecuredIdentity<Found, Optional>
}
