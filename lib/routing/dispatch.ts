/** Finds the route of a scope, enters it and calls it; answers 404 and 405. */
import { answerException } from '../errors/handlers.ts'
import { notFoundException } from '../exceptions/common.ts'
import { HTTPException, UnsupportedProtocol } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { requestURL, withoutTrailingSlashes } from '../http/urls.ts'
import { RedirectResponse } from '../responses/bodies.ts'
import { Response, toApp } from '../responses/response.ts'
import type { App, Receive, Scope, Send } from '../types.ts'
import { type Entry, enter, type Match, type RoutedScope, routePath } from './entry.ts'
import { type Found, Table } from './table.ts'
import { answerInside, answerItself, answersExceptions } from './wrapped.ts'

/** Looks a scope up in a table of routes. */
export function findIn(table: Table, scope: RoutedScope, path: string): Found {
  return table.find(path, scope.type, scope.type === 'http' ? scope.method : '')
}

/** Writes the match into the scope and calls its app. */
export function dispatch(
  match: Match,
  path: string,
  scope: RoutedScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  enter(scope, match, path)
  answerItself(match.entry, scope)
  return match.entry.app(scope, receive, send)
}

/**
 * The 405 for a path without a route for the method; `Allow` lists the others (RFC 9110 10.2.1). With the
 * setting `automaticOptions`, OPTIONS is answered by 204.
 */
export function methodNotAllowed(
  partial: readonly Match[],
  path: string,
  scope: RoutedScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  const asked = askedFor(partial, scope)
  if (asked !== undefined) enter(scope, asked, path)
  const methods = new Set(partial.flatMap(({ entry }) => [...(entry.methods ?? [])]))
  // Decided inside the layers of the route, which may say it.
  const refuse: App = (scope, receive, send) => {
    const isAutomatic = scope.type === 'http' && scope.settings?.automaticOptions === true
    const headers = { allow: [...methods, ...(isAutomatic ? ['OPTIONS'] : [])].join(', ') }
    return isAutomatic && scope.method === 'OPTIONS'
      ? new Response(null, { status: 204, headers }).respond(scope, receive, send)
      : answerException(new HTTPException(405, undefined, { headers }), scope, receive, send)
  }
  if (asked === undefined) return refuse(scope, receive, send)
  return answerInside(asked.entry, refuse, scope, receive, send)
}

/** The first route of a path; for a preflight request, the route for the requested method. */
function askedFor(partial: readonly Match[], scope: RoutedScope): Match | undefined {
  const [first] = partial
  if (partial.length < 2 || scope.type !== 'http' || scope.method !== 'OPTIONS') return first
  const method = new Headers(scope.headers).get('access-control-request-method') ?? ''
  return partial.find(({ entry }) => entry.methods?.has(method)) ?? first
}

/** Answers if no route matches: 404, or a refused handshake. */
export const notFound: App = answersExceptions((scope, receive, send) => {
  if (scope.type !== 'lifespan') scope.onUnmatched?.()
  return scope.type === 'websocket'
    ? send({ type: 'websocket.close', code: 1000, reason: '' })
    : answerException(notFoundException(), scope, receive, send)
})

/**
 * Calls what was found for a path, the mount that answers without its slash, the 405, or the redirect to
 * the path with or without a trailing slash. Undefined if none of them answers.
 */
export function serve(
  { match, partial }: Found,
  table: Table,
  path: string,
  redirectSlashes: boolean,
  scope: RoutedScope,
  receive: Receive,
  send: Send,
): Promise<void> | undefined {
  if (match !== undefined) return dispatch(match, path, scope, receive, send)
  const toggled = path.endsWith('/') ? withoutTrailingSlashes(path) : `${path}/`
  const found = findIn(table, scope, toggled)
  if (found.match !== undefined && answersWithoutSlash(found, path, scope)) {
    return dispatch(found.match, toggled, scope, receive, send)
  }
  if (partial.length > 0) return methodNotAllowed(partial, path, scope, receive, send)
  const near = found.match ?? askedFor(found.partial, scope)
  return redirectSlashes && near !== undefined
    ? redirect(near, path, toggled, scope, receive, send)
    : undefined
}

/** 307 keeps the method and the body. */
function redirect(
  match: Match,
  path: string,
  toggled: string,
  scope: RoutedScope,
  receive: Receive,
  send: Send,
): Promise<void> | undefined {
  if (scope.type !== 'http' || path === '/') return undefined
  const prefix = scope.path.slice(0, scope.path.length - path.length)
  const answer = toApp(new RedirectResponse(requestURL({ ...scope, path: prefix + toggled })), '')
  if (match.entry.hasMiddleware) enter(scope, match, toggled)
  return answerInside(match.entry, answer, scope, receive, send)
}

/** A route as an app of its own, without a router around it. */
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
    const found = findIn(table, scope, path)
    return serve(found, table, path, false, scope, receive, send) ?? notFound(scope, receive, send)
  }
  return tellRoot(app, (scope) => rootPath(tableOf(), scope) === '/')
}

/** The remaining path if the request is for the prefix of a mount itself: '/' if a route is there. */
export function rootPath(table: Table, scope: RoutedScope): string {
  return isRoot(findIn(table, scope, '/'), scope) ? '/' : ''
}

type AnswersRoot = (scope: RoutedScope) => boolean

/** Set on apps; registered, so that other copies of this package find it. */
const ANSWERS_ROOT: unique symbol = Symbol.for('stellula.answersRoot') as never

interface Root {
  readonly [ANSWERS_ROOT]?: AnswersRoot
}

/** Declares when an app has a route for its root. */
export function tellRoot<Rooted extends App>(app: Rooted, answers: AnswersRoot): Rooted {
  return Object.defineProperty(app, ANSWERS_ROOT, { value: answers })
}

/** Whether an app has a route for its root. Relative links of files would otherwise break. */
export function answersRoot(app: object, scope: RoutedScope): boolean {
  return (app as Root)[ANSWERS_ROOT]?.(scope) ?? false
}

/**
 * Whether a match of the path with a trailing slash also answers for the path without it: a mount with
 * exactly this prefix.
 */
function answersWithoutSlash({ match }: Found, path: string, scope: RoutedScope): boolean {
  if (match === undefined || match.rest !== path.length) return false
  return match.entry.answersPrefix?.(scope) ?? false
}

/** Whether the match of `/` is a route, or a mount of an app with such a route. */
function isRoot({ match, partial }: Found, scope: RoutedScope): boolean {
  if (match === undefined) return partial.length > 0
  return !match.entry.prefix || (match.entry.answersPrefix?.(scope) ?? false)
}
