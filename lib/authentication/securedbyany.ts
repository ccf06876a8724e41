/** Combines alternative ways to authenticate. */
import { type AnyConnection, type Dependency, dependency } from '../dependencies.ts'
import { HTTPException } from '../exceptions.ts'
import { invalid } from '../internal/checks.ts'
import { addChallenge, isUnauthenticated, unauthenticated } from './refusals.ts'
import { needsOf } from './schemes.ts'
import { type Secured, securedBy } from './securedby.ts'

type AnySecured = Secured<unknown, never>

/** The type of the users of these dependencies. */
type AnyUser<Alternatives extends readonly AnySecured[]> = {
  [Index in keyof Alternatives]: Alternatives[Index] extends Secured<unknown, never, infer User>
    ? Awaited<User>
    : never
}[number]

/** Undefined if all of these dependencies are optional. */
type NoneOf<Alternatives extends readonly AnySecured[]> = {
  [Index in keyof Alternatives]: Alternatives[Index] extends Dependency<infer Value, never>
    ? undefined extends Awaited<Value>
      ? never
      : Index
    : never
}[number] extends never
  ? undefined
  : never

/**
 * Makes a dependency that finds the user by the first of several that does not refuse with 401. Documents
 * list them as alternatives. If all of them refuse, the 401 has all their challenges.
 *
 * Other refusals, such as a 403 for a user without the scopes, are final. Connections without a user pass only
 * if all of them are optional and none refuses.
 *
 * @throws TypeError if fewer than two are given, or one was not made by `secured()`.
 * @example
 * const byToken = secured({ type: 'http', scheme: 'bearer' }, (request) => {
 *   if (bearerToken(request) !== 'x4KqV0p7mZ') throw new HTTPException(401)
 *   return { name: 'ada' }
 * })
 * const byKey = secured({ type: 'apiKey', in: 'header', name: 'x-key' }, (request) => {
 *   if (request.headers.get('x-key') !== 'k81nB') throw new HTTPException(401)
 *   return { name: 'bob' }
 * })
 * const user = securedByAny(byToken, byKey)
 * const shown = operation({ use: { user } }, ({ user: { name } }) => reply(200, name))
 */
export function securedByAny<const Alternatives extends readonly AnySecured[]>(
  ...alternatives: Alternatives
): Secured<
  Promise<AnyUser<Alternatives> | NoneOf<Alternatives>>,
  AnyConnection,
  Promise<AnyUser<Alternatives>>
> {
  const all = alternatives.map(checkSecured)
  if (all.length < 2) {
    const what = 'it takes two or more secured dependencies'
    throw invalid('securedByAny', what, all.length, 'Use that one alone')
  }
  const find = async (connection: AnyConnection): Promise<unknown> => {
    const refusals: HTTPException[] = []
    const missing: HTTPException[] = []
    for (const one of all) {
      try {
        const user = await one.of(connection)
        if (user !== undefined) return user
        missing.push(unauthenticated(one.security))
      } catch (error) {
        if (!isUnauthenticated(error)) throw error
        refusals.push(error)
      }
    }
    if (refusals.length > 0) throw joinRefusals([...refusals, ...missing])
    return undefined
  }
  const found = dependency(find, { name: all.map((one) => one.name).join(' or ') })
  const needs = all.flatMap(({ security }) => security)
  return securedBy(found, { needs, optional: all.every(({ optional }) => optional) })
}

function checkSecured(one: unknown): Secured<unknown, AnyConnection> {
  if (needsOf(one).length > 0) return one as Secured<unknown, AnyConnection>
  const fix = 'Make it with secured(scheme, find)'
  throw invalid('securedByAny', 'it takes secured dependencies', one, fix)
}

/** Makes a 401 with the detail of the first refusal and the challenges of all. */
function joinRefusals(refusals: readonly HTTPException[]): HTTPException {
  const [first] = refusals
  const error = new HTTPException(401, first?.detail, { cause: first })
  for (const { headers } of refusals) {
    for (const [name, value] of headers) {
      if (name === 'www-authenticate') addChallenge(error.headers, value)
      else error.headers.setDefault(name, value)
    }
  }
  return error
}
