/** Builds the path of a route from its name and parameters, or from the route itself. */

import { encodePath, guardDots, percentEncode, URLPath } from '../http/urls.ts'
import { invalid } from '../internal/checks.ts'
import { distance } from '../internal/nearest.ts'
import type { AnyState, Entry } from './entry.ts'
import type { Host } from './host.ts'
import type { Mount } from './mount.ts'
import type { Route } from './route.ts'
import { isParam, type Param, type Token } from './tokens.ts'
import type { WebSocketRoute } from './websocketroute.ts'

/** An item of a router's list. */
export type Routable<State = AnyState> =
  | Route<string, State>
  | WebSocketRoute<string, State>
  | Mount<string, State>
  | Host<string, State>

const KINDS: ReadonlySet<unknown> = new Set<Routable['kind']>([
  'route',
  'websocket',
  'mount',
  'host',
])

type Params = Readonly<Record<string, unknown>>

/** The error if no route has this name and these parameters. */
export class NoMatchFound extends Error {
  /** The existing names, with their parameters. */
  readonly candidates: readonly string[]

  constructor(name: string, params: Params, candidates: readonly string[], advice = '') {
    const names = Object.keys(params).join(', ')
    const near = candidates.filter((candidate) => isNear(candidate, name)).slice(0, 3)
    const meant = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : ''
    const hint = advice || meant
    super(`No route exists for name "${name}" and params "${names}".${hint && `\n${hint}`}`)
    this.name = 'NoMatchFound'
    this.candidates = candidates
  }
}

/**
 * Builds the path of the first route with this name and exactly these parameters. Routes inside mounts and
 * hosts are searched too.
 *
 * @param target `name`, `mount:child`, or the route itself.
 * @throws NoMatchFound if no route has this name and these parameters.
 * @throws TypeError for a value that the parameter's convertor cannot convert to text, or parameters that
 * are not an object.
 */
export function urlPathFor(routes: readonly unknown[], target: unknown, params: Params): URLPath {
  if (typeof params !== 'object' || params === null) {
    throw invalid('urlFor', 'the parameters must be an object', params, 'Write { id: 7 }')
  }
  const found = findIn(routes, target, params)
  if (found !== undefined) return found
  const [name, advice] = describe(routes, target)
  throw new NoMatchFound(name, params, candidatesOf(routes, ''), advice)
}

/** What was asked for, and what to do if it can have no URL. */
function describe(routes: readonly unknown[], target: unknown): [name: string, advice?: string] {
  if (typeof target === 'string') {
    return target.startsWith('/')
      ? [target, 'A route is found by its name, not by its path: Route(path, handler, { name }).']
      : [target]
  }
  if (typeof target !== 'function')
    return [String(target), 'Pass the name of a route, or the route.']
  if (!('path' in target)) return ['a function', 'Pass the route of this handler, or its name.']
  return isInside(routes, target)
    ? [String(target.path), 'The route is there, and its path has other parameters.']
    : [`a route "${target.path}" outside`]
}

function isInside(routes: readonly unknown[], target: unknown): boolean {
  return routes.some(
    (route) =>
      isRoutable(route) &&
      (isSame(route, target) || ('routes' in route && isInside(route.routes, target))),
  )
}

function findIn(routes: readonly unknown[], target: unknown, params: Params): URLPath | undefined {
  for (const route of routes) {
    if (!isRoutable(route)) continue
    const found = findAt(route, target, params)
    if (found !== undefined) return found
  }
  return undefined
}

function findAt(route: Routable, target: unknown, params: Params): URLPath | undefined {
  if (route.kind === 'mount' || route.kind === 'host') return findUnder(route, target, params)
  const isIt =
    typeof target === 'string' ? route.name !== '' && route.name === target : isSame(route, target)
  const filled = isIt && route.entries.find(({ path }) => hasExactly(params, path.params))
  if (!filled) return undefined
  const protocol = route.kind === 'route' ? 'http' : 'websocket'
  // If a path has only optional parameters and all are missing, it is the root.
  return new URLPath(fill(filled.path.tokens, params) || '/', protocol)
}

function findUnder(outer: Mount | Host, target: unknown, params: Params): URLPath | undefined {
  const { tokens, params: own } = outer.kind === 'mount' ? outer.entry.path : outer.pattern
  const { mine, rest } = divide(params, own)
  if (mine === undefined) return undefined
  const found = isItself(outer, target) ? subPath(rest) : findInside(outer, target, rest)
  if (found === undefined) return undefined
  const { path, protocol, host } = found
  return outer.kind === 'mount'
    ? new URLPath(fill(tokens, mine) + path, protocol, host)
    : new URLPath(path, protocol, outer.hostFor(mine))
}

/** Whether the target is the mount itself, or its name. The parameters then include a path below it. */
function isItself(mount: Mount | Host, target: unknown): boolean {
  return isSame(mount, target) || (mount.name !== '' && mount.name === target)
}

/** A route that a layer has copied has the same URL as the original. */
function isSame(route: Routable, target: unknown): boolean {
  return originOf(route) === originOf(target)
}

/** Removes the mount's name from the target before it searches inside. An unnamed mount adds no prefix. */
function findInside(outer: Mount | Host, target: unknown, params: Params): URLPath | undefined {
  const { name, routes } = outer
  if (typeof target !== 'string' || name === '') return findIn(routes, target, params)
  if (!target.startsWith(`${name}:`)) return undefined
  return findIn(routes, target.slice(name.length + 1), params)
}

function subPath(params: Params): URLPath | undefined {
  if (!hasExactly(params, [{ name: 'path' }])) return undefined
  const path = String(params['path'])
  return new URLPath(encodePath(path.startsWith('/') ? path : `/${path}`))
}

/**
 * Divides the parameters into those of the prefix (undefined if one is missing) and those of the routes
 * inside.
 */
function divide(params: Params, own: readonly Param[]): { mine: Params | undefined; rest: Params } {
  const names = new Set(own.map(({ name }) => name))
  const entries = Object.entries(params).filter(([, value]) => value !== undefined)
  const mine = entries.filter(([name]) => names.has(name))
  return {
    mine: mine.length === names.size ? Object.fromEntries(mine) : undefined,
    rest: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
  }
}

function hasExactly(params: Params, wanted: readonly Pick<Param, 'name' | 'optional'>[]): boolean {
  const given = Object.keys(params).filter((name) => params[name] !== undefined)
  return (
    given.every((name) => wanted.some((param) => param.name === name)) &&
    wanted.every(({ name, optional }) => optional || given.includes(name))
  )
}

/** Fills in percent-encoded values. If an optional parameter is missing, its slash is omitted too. */
function fill(tokens: readonly Token[], params: Params): string {
  const path = tokens.map((token) => {
    if (!isParam(token)) return percentEncode(token)
    const { name, convertor, optional } = token
    if (optional && params[name] === undefined) return ''
    const text = convertor.toText(params[name])
    return (optional ? '/' : '') + percentEncode(text)
  })
  return guardDots(path.join(''))
}

/** The entries of a route or mount in the index: one for each of its paths. */
export function entriesOf(route: Exclude<Routable, Host>): readonly Entry[] {
  return route.kind === 'mount' ? [route.entry] : route.entries
}

export function isRoutable(route: unknown): route is Routable {
  return typeof route === 'function' && 'kind' in route && KINDS.has(route.kind)
}

function candidatesOf(routes: readonly unknown[], prefix: string): string[] {
  return routes.filter(isRoutable).flatMap((route) => {
    const name = route.name === '' ? prefix : `${prefix}${route.name}`
    if (route.kind === 'mount' || route.kind === 'host') {
      return candidatesOf(route.routes, route.name === '' ? prefix : `${name}:`)
    }
    if (route.name === '') return []
    return route.entries.map(({ path }) => {
      const params = path.params.map((param) => param.name)
      return params.length > 0 ? `"${name}" with { ${params.join(', ')} }` : `"${name}"`
    })
  })
}

/** Whether a name is worth suggesting: one name contains the other, or few letters differ. */
function isNear(candidate: string, name: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')
  const known = letters(candidate.slice(1, candidate.indexOf('"', 1)))
  const wanted = letters(name)
  if (wanted === '' || known === '') return false
  return (
    known.includes(wanted) || wanted.includes(known) || distance(known, wanted) <= known.length / 4
  )
}

/** The original of each route that a layer has copied. Both have the same URL. */
const ORIGINS = new WeakMap<object, object>()

/** Records that a route is the copy of another one, within a layer. */
export function copyOf<Kind extends object>(route: Kind, copy: Kind): Kind {
  ORIGINS.set(copy, originOf(route))
  return copy
}

/** The original of a route that a layer has copied, or the given value. */
function originOf<Given>(route: Given): Given | object {
  return typeof route === 'function' ? (ORIGINS.get(route) ?? route) : route
}
