/** Passes all requests for a host name to another app. */

import type { ErrorKey } from '../errors/handlers.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import { hostHeader, hostName, isAuthority, withoutFinalDot } from '../http/hosts.ts'
import { callable } from '../internal/apps.ts'
import { invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type ReadableSettings, readableSettings, SETTINGS, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import type { AnyResponse } from '../responses/response.ts'
import type { App } from '../types.ts'
import { answersRoot, declareRoot, notFound } from './dispatch.ts'
import { type AnyState, addParams, type RoutedScope } from './entry.ts'
import { innerApp, routesOf, type WithRoutes } from './mount.ts'
import { type ParsedPath, parsePath } from './path.ts'
import { matchSequence } from './sequence.ts'
import { fail, isParam, type Token } from './tokens.ts'
import { behindGuards, runsGuards, withLayer } from './wrapped.ts'

export interface HostOptions<Keys extends readonly ErrorKey[] = readonly ErrorKey[]>
  extends LayerSettings<Keys> {
  /** The prefix for the names of the routes inside: `api:users` (none). */
  name?: string
}

/** An app that serves a host name. */
export interface Host<Pattern extends string = string, State = AnyState>
  extends App,
    ReadableSettings {
  readonly kind: 'host'
  readonly host: Pattern
  readonly name: string
  readonly pattern: ParsedPath
  /** The current routes of the app; empty for other apps. */
  readonly routes: readonly unknown[]
  /** Whether the request is for this host. If it is, the host's parameters are written into the scope. */
  readonly matches: (scope: RoutedScope) => boolean
  /** Whether the request is for this host. The scope is not changed. */
  readonly serves: (scope: RoutedScope) => boolean
  /** The given app, without middleware; `app` includes the middleware. */
  readonly endpoint: unknown
  readonly app: App
  /** The host name with these parameters; throws TypeError if the result is not a valid host name. */
  readonly hostFor: (params: Readonly<Record<string, unknown>>) => string
  /** Only a type, never set: lets `Application` check that `lifespan` yields the state these handlers read. */
  readonly reads?: (state: State) => void
}

/**
 * Passes all requests for a host to an app, whatever their path.
 *
 * Case, port and a final dot are ignored. A port in the pattern is kept in the URLs that are built.
 * Parameters are `{name}` or `{name:convertor}`; a `str` may contain dots here.
 *
 * @throws TypeError if the pattern can never match, or `app` is not an app.
 * @example
 * Host('{tenant}.example.org', Router([Route('/', home)]), { name: 'tenant' })
 */
export function Host<
  const Pattern extends string,
  State = AnyState,
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
>(
  host: Pattern,
  app: WithRoutes<State> | App | AnyResponse,
  options: HostOptions<Keys> = {},
): Host<Pattern, State> {
  knownOptions('Host', options, `name ${SETTINGS}`)
  const pattern = parsePath(host, 'Host')
  const slash = host.indexOf('/')
  if (host === '' || slash >= 0) {
    fail(
      'Host',
      host,
      slash,
      'a host is no path or URL',
      'Write "example.org" or "{name}.example.org".',
    )
  }
  if (host.includes('*')) {
    fail('Host', host, host.indexOf('*'), 'a wildcard', 'Write "{name}.example.org".')
  }
  const where = `Host "${host}"`
  const inner = innerApp(app, where)
  const settings = settingsIn(where, options)
  const served = withLayer(behindGuards(inner), settings)
  const match = matcher(pattern)
  const valuesOf = (scope: RoutedScope): unknown[] | undefined => match(hostName(hostHeader(scope)))
  const serves = (scope: RoutedScope): boolean => valuesOf(scope) !== undefined
  const matches = (scope: RoutedScope): boolean => {
    const values = valuesOf(scope)
    if (values === undefined) return false
    scope.appRootPath ??= scope.rootPath
    addParams(scope, pattern, values)
    scope.route = route
    scope.endpoint = app
    scope.outcome ??= {}
    Object.assign(scope.outcome, { route, endpoint: app })
    return true
  }
  const route: Host<Pattern, State> = callable<Host<Pattern, State>>(
    hostApp(() => route),
    {
      kind: 'host',
      host,
      name: options.name ?? '',
      ...readableSettings(settings),
      pattern,
      get routes() {
        return routesOf(inner)
      },
      matches,
      serves,
      endpoint: app,
      app: served,
      hostFor: (params) => fillHost(pattern.tokens, params),
    },
  )
  return declareRoot(runsGuards(route), (scope) => serves(scope) && answersRoot(inner, scope))
}

/** Makes an app of a host that is served without a router around it. */
export function hostApp(hostOf: () => Host): App {
  return async (scope, receive, send) => {
    if (scope.type === 'lifespan') throw new UnsupportedProtocol(scope.type)
    const host = hostOf()
    return (host.matches(scope) ? host.app : notFound)(scope, receive, send)
  }
}

/** Fills the parameters in. A value must not change the host: "evil.org#" before ".example.org" would. */
function fillHost(tokens: readonly Token[], params: Readonly<Record<string, unknown>>): string {
  const host = tokens
    .map((token) => (isParam(token) ? token.convertor.toText(params[token.name]) : token))
    .join('')
  if (isAuthority(host)) return withoutFinalDot(host)
  const what = 'the parameters of a host must make a host name'
  throw invalid('urlPathFor', what, host, 'Use letters, digits, "-" and "."')
}

function matcher({ tokens, params }: ParsedPath): (name: string) => unknown[] | undefined {
  const wanted = withoutPort(tokens).map((token) => (isParam(token) ? token : token.toLowerCase()))
  if (params.length === 0) {
    const text = wanted.join('')
    return (name) => (name === text ? [] : undefined)
  }
  return (name) => {
    const texts = matchSequence(wanted, name)
    const values = texts?.map((text, index) => params[index]?.convertor.parse(text ?? ''))
    return values?.includes(undefined) ? undefined : values
  }
}

function withoutPort(tokens: readonly Token[]): Token[] {
  const last = tokens.at(-1)
  if (typeof last !== 'string') return [...tokens]
  return [...tokens.slice(0, -1), withoutFinalDot(last.replace(/:[0-9]+$/, ''))]
}
