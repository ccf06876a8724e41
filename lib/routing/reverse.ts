/** From the name of a route, or the route itself, back to its path. */
import { encodePath, guardDots, percentEncode, URLPath } from '../http/urls.ts'
import type { AnyState, Entry } from './entry.ts'
import type { Host } from './host.ts'
import type { Mount } from './mount.ts'
import type { Route } from './route.ts'
import { isParam, type Param, type Token } from './tokens.ts'
import type { WebSocketRoute } from './websocketroute.ts'

/** What a router is made of. */
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

/** No route has this name and these parameters. */
export class NoMatchFound extends Error {
  /** The names that there are, with their parameters. */
  readonly candidates: readonly string[]

  constructor(name: string, params: Params, candidates: readonly string[]) {
    const names = Object.keys(params).join(', ')
    const near = candidates.filter((candidate) => isNear(candidate, name)).slice(0, 3)
    const hint = near.length > 0 ? `\nDid you mean ${near.join(' or ')}?` : ''
    super(`No route exists for name "${name}" and params "${names}".${hint}`)
    this.name = 'NoMatchFound'
    this.candidates = candidates
  }
}

/**
 * The path of the first route with this name and exactly these parameters, looked for inside mounts.
 *
 * @param target `name`, `mount:child`, or the route itself.
 * @throws NoMatchFound if no route has this name and these parameters.
 * @throws TypeError for a value that the parameter's convertor cannot write.
 */
export function urlPathFor(routes: readonly unknown[], target: unknown, params: Params): URLPath {
  const found = findIn(routes, target, params)
  if (found !== undefined) return found
  const name = typeof target === 'string' ? target : describe(target)
  throw new NoMatchFound(name, params, candidatesOf(routes, ''))
}

function describe(target: unknown): string {
  if (typeof target === 'function' && 'path' in target) return `a route "${target.path}" outside`
  return String(target)
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
  // A path of optional parameters only, all of them missing, is the root.
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

/** A named mount is asked for by its name, together with a path below it; or given itself. */
function isItself(mount: Mount | Host, target: unknown): boolean {
  return isSame(mount, target) || (mount.name !== '' && mount.name === target)
}

/** A route within layers has the URL of the one that was written. */
function isSame(route: Routable, target: unknown): boolean {
  return originOf(route) === originOf(target)
}

/** Names lose the mount's own, which an unnamed one does not have. */
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

/** The parameters of a prefix, undefined when some are missing, and those for what is inside. */
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

/** Puts values in their places, percent-encoded; an optional one that is missing takes its slash along. */
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

/** What a route or mount puts into the index: one entry for each of its paths. */
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

/** Worth suggesting: one holds the other, or they share their last part, give or take an "s". */
function isNear(candidate: string, name: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')
  const known = letters(candidate.slice(1, candidate.indexOf('"', 1)))
  const wanted = letters(name)
  if (wanted === '' || known === '') return false
  return (
    known.includes(wanted) ||
    wanted.includes(known) ||
    known.replaceAll('s', '') === wanted.replaceAll('s', '')
  )
}

/** Which route a layered one was made of: both have the same URL. */
const ORIGINS = new WeakMap<object, object>()

/** Notes that a route is another one within a layer. */
export function copyOf<Kind extends object>(route: Kind, copy: Kind): Kind {
  ORIGINS.set(copy, originOf(route))
  return copy
}

/** The route that was written, or what was given. */
export function originOf<Given>(route: Given): Given | object {
  return typeof route === 'function' ? (ORIGINS.get(route) ?? route) : route
}
