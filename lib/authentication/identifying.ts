/** Makes security dependencies of what identifies connections for a middleware. */
import type { Connection } from '../connections.ts'
import type { Identity } from './authentication.ts'
import { identify } from './authentication.ts'
import type { BearerOptions } from './bearer.ts'
import type { Identifier } from './gate.ts'
import { type Secured, type SecurityScheme, secured } from './secured.ts'

/** A security dependency whose value is an identity, of the type that a function of its options gives. */
export interface SecuredIdentity<Found extends Identity = Identity>
  extends Secured<Promise<Found>> {}

/** Options of a middleware without `optional`: a dependency without credentials refuses the connection. */
export type RequiredCredentials<Options> = Omit<Options, 'optional'>

/** The scheme of tokens, which are in the Authorization field or in a cookie. */
export function tokenScheme(
  { cookie }: Pick<BearerOptions, 'cookie'>,
  bearerFormat?: string,
): SecurityScheme {
  if (cookie !== undefined) return { type: 'apiKey', in: 'cookie', name: cookie }
  return { type: 'http', scheme: 'bearer', ...(bearerFormat === undefined ? {} : { bearerFormat }) }
}

/** The dependency of an identifier; it refuses connections without credentials. */
export function identifying<State, Found extends Identity = Identity>(
  where: string,
  scheme: SecurityScheme,
  { find, missing }: Identifier<State>,
  scopes: readonly string[] = [],
): SecuredIdentity<Found> {
  if (missing === null) {
    throw new TypeError(
      `${where}: a dependency refuses connections without credentials, optional: true was given. Leave it out, or use the middleware.`,
    )
  }
  const found = async (connection: Connection): Promise<Found> => {
    const { scope } = connection
    // The scope's type is narrowed by routing: there is no lifespan here.
    const identity = await find(connection as never, scope as never)
    if (identity === null) throw missing()
    identify(scope, identity, where)
    return identity as Found
  }
  return secured(scheme, found, { scopes })
}
