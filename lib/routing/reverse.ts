/** From the name of a route, or the route itself, back to its path. */
import { isAuthority, withoutFinalDot } from '../http/hosts.ts'
import { encodePath, guardDots, percentEncode, URLPath } from '../http/urls.ts'
import type { AnyState } from './entry.ts'
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
  if (route.kind === 'mount') return findUnderMount(route, target, params)
  if (route.kind === 'host') return findUnderHost(route, target, params)
  const isIt =
    typeof target === 'string' ? route.name !== '' && route.name === target : route === target
  if (!isIt || !hasExactly(params, route.entry.path.params)) return undefined
  const protocol = route.kind === 'route' ? 'http' : 'websocket'
  // A path of optional parameters only, all of them missing, is the root.
  return new URLPath(fill(route.entry.path.tokens, params) || '/', protocol)
}

function findUnderMount(mount: Mount, target: unknown, params: Params): URLPath | undefined {
  const { tokens, params: own } = mount.entry.path
  const { mine, rest } = divide(params, own)
  if (isItself(mount, target)) {
    if (!hasExactly(rest, ['path']) || mine === undefined) return undefined
    return new URLPath(fill(tokens, mine) + subPath(rest))
  }
  const inner = innerTarget(mount, target)
  if (inner === undefined || mine === undefined) return undefined
  const found = findIn(mount.routes, inner, rest)
  return found && new URLPath(fill(tokens, mine) + found.path, found.protocol, found.host)
}

function findUnderHost(host: Host, target: unknown, params: Params): URLPath | undefined {
  const { tokens, params: own } = host.pattern
  const { mine, rest } = divide(params, own)
  if (isItself(host, target)) {
    if (!hasExactly(rest, ['path']) || mine === undefined) return undefined
    return new URLPath(subPath(rest), '', fillHost(tokens, mine))
  }
  const inner = innerTarget(host, target)
  if (inner === undefined || mine === undefined) return undefined
  const found = findIn(host.routes, inner, rest)
  return found && new URLPath(found.path, found.protocol, fillHost(tokens, mine))
}

/** A named mount is asked for by its name, together with a path below it; or given itself. */
function isItself(mount: Mount | Host, target: unknown): boolean {
  return mount === target || (mount.name !== '' && mount.name === target)
}

/** What to look for inside: names lose the mount's own, which an unnamed one does not have. */
function innerTarget({ name }: Mount | Host, target: unknown): unknown {
  if (typeof target !== 'string' || name === '') return target
  return target.startsWith(`${name}:`) ? target.slice(name.length + 1) : undefined
}

function subPath({ path }: Params): string {
  const text = String(path)
  return encodePath(text.startsWith('/') ? text : `/${text}`)
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

function hasExactly(params: Params, wanted: readonly (Param | string)[]): boolean {
  const names = new Set(wanted.map((param) => (typeof param === 'string' ? param : param.name)))
  const required = wanted.filter((param) => typeof param === 'string' || !param.optional)
  const given = Object.keys(params).filter((name) => params[name] !== undefined)
  return (
    given.every((name) => names.has(name)) &&
    required.every((param) => given.includes(typeof param === 'string' ? param : param.name))
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

/** A value must not be able to name another host: "evil.org#" before ".example.org" would. */
function fillHost(tokens: readonly Token[], params: Params): string {
  const host = tokens
    .map((token) => (isParam(token) ? token.convertor.toText(params[token.name]) : token))
    .join('')
  if (isAuthority(host)) return withoutFinalDot(host)
  throw new TypeError(
    `urlPathFor: the parameters of a host must make a host name, ${JSON.stringify(host)} was given. Use letters, digits, "-" and ".".`,
  )
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
    const params = route.entry.path.params.map((param) => param.name)
    return [params.length > 0 ? `"${name}" with { ${params.join(', ')} }` : `"${name}"`]
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
