/** The data of a request on the debug page: groups of names and values, without credentials. */
import { isSecret } from '../http/secrets.ts'
import { shown } from '../internal/checks.ts'
import type { Request } from '../requests.ts'

/** Names and values by the title of their group. Empty groups are left out. */
export type Facts = Readonly<Record<string, readonly (readonly [name: string, value: string])[]>>

/** Replaces credentials, because the page may be copied into bug reports. */
const REDACTED = '[redacted]'

/** Cookies with values of this length or more are treated as credentials, whatever their names are. */
const LONG_COOKIE = 16

export function factsOf(request: Request): Facts {
  const { scope } = request
  const groups: Facts = {
    Request: [
      ['method', scope.method],
      ['path', scope.path],
      ['root path', scope.rootPath],
      ['protocol', `HTTP/${scope.httpVersion}, ${scope.scheme}`],
      ['client', scope.client === null ? '' : `${scope.client.host}:${scope.client.port}`],
    ],
    Route: routeOf(request),
    'Path parameters': redactSecrets(Object.entries(scope.pathParams ?? {}), shown),
    'Query parameters': redactSecrets([...request.queryParams]),
    'Header fields': redactSecrets([...request.headers]),
    Cookies: Object.entries(request.cookies).map(([name, value]) => [
      name,
      isSecret(name) || value.length >= LONG_COOKIE ? REDACTED : value,
    ]),
    State: redactSecrets(Object.entries(scope.state ?? {}), shown),
  }
  return withoutEmpty(groups)
}

/** Returns the same as objects, for JSON. Values of one name are joined by commas, like header fields. */
export function asObjects(
  facts: Facts,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const objects = Object.entries(facts).map(([title, pairs]) => {
    const object = new Map<string, string>()
    for (const [name, value] of pairs) {
      const before = object.get(name)
      object.set(name, before === undefined ? value : `${before}, ${value}`)
    }
    return [title, Object.fromEntries(object)] as const
  })
  return Object.fromEntries(objects)
}

/** Returns the matched route. Its path includes the paths of the mounts around it. */
function routeOf({ scope }: Request): [string, string][] {
  const { template = '' } = scope.outcome ?? {}
  const { name = '' } = (scope.route ?? {}) as { readonly name?: unknown }
  const handler = typeof scope.endpoint === 'function' ? scope.endpoint.name : ''
  return [
    ['path', template],
    ['name', String(name)],
    ['handler', handler],
  ]
}

function redactSecrets<Value>(
  pairs: readonly (readonly [string, Value])[],
  asText: (value: Value) => string = String,
): [string, string][] {
  return pairs.map(([name, value]) => [name, isSecret(name) ? REDACTED : asText(value)])
}

function withoutEmpty(groups: Facts): Facts {
  const kept = Object.entries(groups).map(
    ([title, pairs]) => [title, pairs.filter(([, value]) => value !== '')] as const,
  )
  return Object.fromEntries(kept.filter(([, pairs]) => pairs.length > 0))
}
