// A guard leaves the type of what it goes around.
import {
  type Guard,
  requireScopes,
  requires,
  SimpleUser,
} from '../../lib/authentication/authentication.ts'
import type { SecuredIdentity } from '../../lib/authentication/identifying.ts'
import { type Secured, secured } from '../../lib/authentication/secured.ts'
import { securedByAny } from '../../lib/authentication/securedbyany.ts'
import type { Dependency } from '../../lib/dependencies.ts'
import { basicIdentity } from '../../lib/middleware/basicauth.ts'
import { bearerIdentity } from '../../lib/middleware/bearerauth.ts'
import { jwtIdentity } from '../../lib/middleware/jwt.ts'
import { sessionUser } from '../../lib/middleware/sessions.ts'
import type { Request } from '../../lib/requests.ts'
import type { Response } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import type { App, Middleware } from '../../lib/types.ts'
import type { WebSocket } from '../../lib/websockets.ts'
import type { Assert, Equal } from './assert.ts'

declare const guard: Guard
declare const app: App
declare const show: (request: Request<{ id: number }>) => Response
declare const talk: (websocket: WebSocket) => Promise<void>

export const guardedShow: typeof show = guard(show)
export const guardedTalk: typeof talk = guard(talk)
export type Kept = Assert<Equal<typeof guardedShow, typeof show>>
export const middleware: Middleware = requireScopes('a')

/** The parameters of a handler in place are those of the path. */
export const inPlace: Route<'/{id:int}'> = Route(
  '/{id:int}',
  requires('a')((request) => {
    const id: number = request.pathParams.id
    return { id } as unknown as Response
  }),
)

export const socket: WebSocketRoute = WebSocketRoute('/', requires('a')(talk))

// @ts-expect-error: a route takes requireScopes() as middleware
guard(inPlace)

// @ts-expect-error: an app takes requireScopes() as middleware
guard(app)

export const listed: Middleware[] = [
  // @ts-expect-error: requires() goes around handlers
  guard,
]

// @ts-expect-error: there is nothing to call in a text
guard('text')

// @ts-expect-error: the path has no such parameter
Route('/{name}', requires('a')(show))

/** A dependency of credentials gives what the function of its options does. */
class Account extends SimpleUser {
  readonly id: number = 7
}
declare const findAccount: () => Promise<{ user: Account; scopes: string[] } | null>
declare const keys: Uint8Array
export const byJWT: Secured<Promise<{ user: Account; scopes: string[] }>> = jwtIdentity({
  keys,
  algorithms: ['HS256'],
  identify: async () => findAccount(),
})
export const byToken: Secured<Promise<{ user: Account; scopes: string[] }>> = bearerIdentity({
  verify: async () => findAccount(),
})
export const byPassword: Secured<Promise<{ user: Account; scopes: string[] }>> = basicIdentity({
  verify: async () => findAccount(),
})
export const byName: SecuredIdentity = basicIdentity({ users: { ada: 'correct horse' } })
export const bySubject: SecuredIdentity = jwtIdentity({ keys, algorithms: ['HS256'] })

// @ts-expect-error: an identity has a user
jwtIdentity({ keys, algorithms: ['HS256'], identify: async () => ({ id: 7 }) })

/** A user is never undefined, unless the dependency is optional. */
declare const find: () => Account | undefined | null | false
declare const findLater: () => Promise<Account | null>
const basic = { type: 'http', scheme: 'basic' } as const
const required = secured(basic, find)
const later = secured(basic, findLater)
const optional = secured(basic, find, { optional: true })
const laterOptional = secured(basic, findLater, { optional: true })

type ValueOf<One> = One extends Dependency<infer Value, never> ? Value : never
export type Users = [
  Assert<Equal<ValueOf<typeof required>, Account>>,
  Assert<Equal<ValueOf<typeof later>, Promise<Account>>>,
  Assert<Equal<ValueOf<typeof optional>, Account | undefined>>,
  Assert<Equal<ValueOf<typeof laterOptional>, Promise<Account | undefined>>>,
  Assert<Equal<ValueOf<ReturnType<typeof optional.requiring>>, Account>>,
  Assert<Equal<ValueOf<ReturnType<typeof laterOptional.requiring>>, Promise<Account>>>,
]

const mixed = securedByAny(required, laterOptional)
const bothOptional = securedByAny(optional, laterOptional)
export type AnyUsers = [
  Assert<Equal<ValueOf<typeof mixed>, Promise<Account>>>,
  Assert<Equal<ValueOf<typeof bothOptional>, Promise<Account | undefined>>>,
  Assert<Equal<ValueOf<ReturnType<typeof bothOptional.requiring>>, Promise<Account>>>,
]

const maybe = bearerIdentity({ verify: async () => findAccount(), optional: true })
const maybeMember = sessionUser(() => findLater(), { optional: true })
export type OptionalIdentities = [
  Assert<Equal<ValueOf<typeof maybe>, Promise<{ user: Account; scopes: string[] } | undefined>>>,
  Assert<Equal<ValueOf<typeof maybeMember>, Promise<Account | undefined>>>,
]

declare const isPublic: boolean
const either = secured(basic, find, { optional: isPublic })
export type Either = Assert<Equal<ValueOf<typeof either>, Account | undefined>>
