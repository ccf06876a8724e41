/** `stellula routes`: lists the routes of an application. */
import { type ListedRoute, routes } from '../../routing/listing.ts'
import type { Command } from '../command.ts'
import { loadApp, readTarget } from '../module.ts'
import { table } from '../table.ts'
import { paintFor, print } from '../terminal.ts'

export const routesCommand: Command = {
  name: 'routes',
  takes: 'MODULE[:EXPORT]',
  counts: [1, 1],
  about: 'Lists the routes of an application, in the order of matching.',
  options: { json: { help: 'Write JSON instead of a table.' } },
  examples: ['stellula routes dist/app.js', 'stellula routes dist/app.js:admin --json'],
  run: async ({ positionals: [module = ''], flags }) => {
    const items = routes(await loadApp(readTarget(module))).flatMap(itemsOf)
    if (flags.has('json')) print(JSON.stringify(items, undefined, 2))
    else print(table(HEADS, items.map(rowOf), paintFor(process.stdout)))
    return 0
  },
}

/** One line of the list. */
interface RouteItem {
  /** `ANY` for all methods, `WEBSOCKET`, or `APP` for a mounted app without readable routes. */
  readonly method: string
  readonly path: string
  readonly host: string | null
  readonly name: string | null
  readonly middleware: readonly string[]
  /** The `operationId` or the summary of an operation. */
  readonly operation: string | null
}

const HEADS = ['METHOD', 'HOST', 'PATH', 'NAME', 'MIDDLEWARE', 'OPERATION']

function rowOf({ method, host, path, name, middleware, operation }: RouteItem): string[] {
  return [method, host ?? '', path, name ?? '', middleware.join(', '), operation ?? '']
}

/** One item for each handler, because each method of an endpoint has its own operation. */
function itemsOf(route: ListedRoute): RouteItem[] {
  const { path, host, name, middleware } = route
  const common = { path, host: host ?? null, name: name || null, middleware }
  if (route.kind !== 'route') {
    return [{ method: route.kind.toUpperCase(), ...common, operation: null }]
  }
  const groups = new Map<unknown, string[]>()
  for (const [method, handler] of Object.entries(route.handlers)) {
    const word = method === '*' ? 'ANY' : method
    // HEAD is served together with GET.
    if (method === 'HEAD' && route.handlers['GET'] === handler) continue
    groups.set(handler, [...(groups.get(handler) ?? []), word])
  }
  return [...groups].map(([handler, methods]) => ({
    method: methods.join(','),
    ...common,
    operation: operationOf(handler),
  }))
}

function operationOf(handler: unknown): string | null {
  const { contract } = (handler ?? {}) as {
    contract?: { readonly operationId?: string; readonly summary?: string }
  }
  return contract?.operationId ?? contract?.summary ?? null
}
