// No contender, but Stellula's middleware alone: an app with each, and the same without, in one server.

import { type App, Application, Route } from 'stellula'
import { serve } from 'stellula/servers/node'
import { entries, type Handler, hello, pathOf } from '../catalogue.ts'
import { portOf, type Running } from '../contender.ts'

const apps = new Map<string, App>()
for (const [name, { middleware, plain = hello, handler = plain }] of Object.entries(entries)) {
  const [path, pathWithout] = [pathOf(name, true), pathOf(name, false)]
  apps.set(path, Application({ routes: [Route(path, own(handler))], middleware: [middleware] }))
  apps.set(pathWithout, Application({ routes: [Route(pathWithout, own(plain))] }))
}

function own(handler: Handler): Handler {
  return (request) => handler(request)
}

const nowhere = Application({})

/** A router would cost all of them the same, but more than this. */
const app: App = (scope, receive, send) => {
  const found = scope.type === 'http' ? apps.get(scope.path) : undefined
  return (found ?? nowhere)(scope, receive, send)
}

export async function start(): Promise<Running> {
  const server = await serve(app, { host: '127.0.0.1', port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}
