/** Finds the app for a scope: that of the matching route, or one that answers with 404, 405 or a redirect. */
import { explainUnmatched } from '#unmatched'
import { answerException, handlersOf } from '../errors/handlers.ts'
import { notFoundException } from '../exceptions/common.ts'
import { HTTPException, UnsupportedProtocol } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { requestURL, withoutTrailingSlashes } from '../http/urls.ts'
import { PlainTextResponse, RedirectResponse } from '../responses/bodies.ts'
import { Response, toApp } from '../responses/response.ts'
import type { App, HTTPScope, Receive, Scope, Send } from '../types.ts'
import { type Entry, enter, type Match, type RoutedScope, routePath } from './entry.ts'
import { type Found, Table } from './table.ts'
import { answersExceptions, dropReplacement, setReplacement } from './wrapped.ts'

/** Looks a scope up in a table of routes. */
export function findIn(table: Table, scope: RoutedScope, path: string): Found {
  return table.find(path, scope.type, scope.type === 'http' ? scope.method : '')
}

/** Writes the match into the scope, and returns its app. */
export function enterRoute(match: Match, path: string, scope: RoutedScope): App {
  enter(scope, match, path)
  dropReplacement(match.entry, scope)
  return match.entry.app
}

/**
 * The app that answers with 405 if the path has no route for the method; `Allow` lists the other methods
 * (RFC 9110 10.2.1). With the setting `automaticOptions`, OPTIONS is answered with 204.
 */
export function methodNotAllowed(partial: readonly Match[], path: string, scope: RoutedScope): App {
  const route = routeFor(partial, scope)
  if (route !== undefined) enter(scope, route, path)
  const methods = new Set(partial.flatMap(({ entry }) => [...(entry.methods ?? [])]))
  // The setting is read inside the layers of the route, because one of them may contain it.
  const refuse: App = (scope, receive, send) => {
    const isAutomatic = scope.type === 'http' && scope.settings?.automaticOptions === true
    const headers = { allow: [...methods, ...(isAutomatic ? ['OPTIONS'] : [])].join(', ') }
    return isAutomatic && scope.method === 'OPTIONS'
      ? new Response(null, { status: 204, headers }).respond(scope, receive, send)
      : answerException(new HTTPException(405, undefined, { headers }), scope, receive, send)
  }
  return route === undefined ? refuse : setReplacement(route.entry, refuse, scope)
}

/** The first route for a path; for a preflight request, the route for the requested method. */
function routeFor(partial: readonly Match[], scope: RoutedScope): Match | undefined {
  const [first] = partial
  if (partial.length < 2 || scope.type !== 'http' || scope.method !== 'OPTIONS') return first
  const method = new Headers(scope.headers).get('access-control-request-method') ?? ''
  return partial.find(({ entry }) => entry.methods?.has(method)) ?? first
}

/** Answers if no route matches: with 404, or by refusing the handshake. */
export const notFound: App = answersExceptions((scope, receive, send) => {
  if (scope.type !== 'lifespan') scope.onUnmatched?.()
  if (scope.type === 'websocket') return send({ type: 'websocket.close', code: 1000, reason: '' })
  if (scope.type === 'http' && isPlainNotFound(scope)) {
    return new PlainTextResponse('Not Found', NOT_FOUND).respond(scope, receive, send)
  }
  const error = notFoundException()
  const explain = scope.type === 'http' ? explainUnmatched?.(error, scope) : undefined
  return explain?.(scope, receive, send) ?? answerException(error, scope, receive, send)
})

const NOT_FOUND = Object.freeze({ status: 404 })

/**
 * Whether only the default handler would see a 404. Its response is then made without an exception, which
 * takes longer than finding out that no route matches.
 */
function isPlainNotFound(scope: HTTPScope): boolean {
  const handlers = handlersOf(scope)
  return (
    handlers.debug !== true &&
    scope.outcome?.dependencies === undefined &&
    handlers.ofStatus(404) === undefined &&
    handlers.ofClass(HTTPException.prototype) === undefined
  )
}

/**
 * Returns the app of the first of these that applies: the matching route, the mount that answers without its
 * trailing slash, the 405, the redirect to the path with or without a trailing slash. Undefined if none applies.
 */
export function appFor(
  { match, partial }: Found,
  table: Table,
  path: string,
  redirectSlashes: boolean,
  scope: RoutedScope,
): App | undefined {
  if (match !== undefined) return enterRoute(match, path, scope)
  const toggled = path.endsWith('/') ? withoutTrailingSlashes(path) : `${path}/`
  const found = findIn(table, scope, toggled)
  if (found.match !== undefined && answersWithoutSlash(found.match, path, scope)) {
    return enterRoute(found.match, toggled, scope)
  }
  if (partial.length > 0) return methodNotAllowed(partial, path, scope)
  const near = found.match ?? routeFor(found.partial, scope)
  return redirectSlashes && near !== undefined ? redirect(near, path, toggled, scope) : undefined
}

/** Redirects with 307, which keeps the method and the body. */
function redirect(
  match: Match,
  path: string,
  toggled: string,
  scope: RoutedScope,
): App | undefined {
  if (scope.type !== 'http' || path === '/') return undefined
  const prefix = scope.path.slice(0, scope.path.length - path.length)
  const answer = toApp(new RedirectResponse(requestURL({ ...scope, path: prefix + toggled })), '')
  if (match.entry.hasMiddleware) enter(scope, match, toggled)
  return setReplacement(match.entry, answer, scope)
}

/** Makes an app of a route that is served without a router around it. */
export function standalone(entriesOf: () => readonly Entry[]): App {
  let made: Table | undefined
  const tableOf = (): Table => {
    made ??= new Table(entriesOf())
    return made
  }
  const app: App = async (scope: Scope, receive: Receive, send: Send) => {
    if (scope.type === 'lifespan') throw new UnsupportedProtocol(scope.type)
    const table = tableOf()
    const path = routePath(scope) || rootPath(table, scope)
    const found = appFor(findIn(table, scope, path), table, path, false, scope)
    return (found ?? notFound)(scope, receive, send)
  }
  return declareRoot(app, (scope) => rootPath(tableOf(), scope) === '/')
}

/** The remaining path of a request for exactly the prefix of a mount: '/' if the table has a route for it. */
export function rootPath(table: Table, scope: RoutedScope): string {
  return isRoot(findIn(table, scope, '/'), scope) ? '/' : ''
}

type AnswersRoot = (scope: RoutedScope) => boolean

/**
 * The key of that function on apps. It is a registered symbol because other copies of this package must find
 * it.
 */
const ANSWERS_ROOT: unique symbol = Symbol.for('stellula.answersRoot') as never

interface Root {
  readonly [ANSWERS_ROOT]?: AnswersRoot
}

/** Sets the function that decides whether an app has a route for its root. */
export function declareRoot<Rooted extends App>(app: Rooted, answers: AnswersRoot): Rooted {
  return Object.defineProperty(app, ANSWERS_ROOT, { value: answers })
}

/** Whether an app has a route for its root. Without this check, relative links of static files would break. */
export function answersRoot(app: object, scope: RoutedScope): boolean {
  return (app as Root)[ANSWERS_ROOT]?.(scope) ?? false
}

/**
 * Whether a match of the path with a trailing slash also answers for the path without it: a mount with
 * exactly this prefix.
 */
function answersWithoutSlash({ entry, rest }: Match, path: string, scope: RoutedScope): boolean {
  return rest === path.length && (entry.answersPrefix?.(scope) ?? false)
}

/** Whether the match of `/` is a route, or a mount of an app with such a route. */
function isRoot({ match, partial }: Found, scope: RoutedScope): boolean {
  if (match === undefined) return partial.length > 0
  return !match.entry.prefix || (match.entry.answersPrefix?.(scope) ?? false)
}
