/**
 * Serves the reference apps, all in this process, and prints their ports as one line of JSON.
 *
 * With an argument they are reached in another way than by plain HTTP/1.1: without the shortcuts of `serve`,
 * over TLS, or over HTTP/2 with and without TLS. The apps see the scheme, the port, the version and the
 * `connection` field of the replay, since answers contain them.
 */
import { type RunningServer, type ServeOptions, serve } from '../../lib/servers/node.ts'
import type { App, Scope } from '../../lib/types.ts'
import { CERTIFICATE } from '../support/certificate.ts'
import { apps, rootPaths } from './apps.ts'
import { CONNECTION, overHTTP2, overTLS } from './fronts.ts'

const WAYS: Readonly<Record<string, ServeOptions>> = {
  noshortcuts: { shortcuts: false },
  tls: { tls: CERTIFICATE },
  h2: { tls: CERTIFICATE, http2: true },
  h2c: { http2: true },
}

const way = process.argv[2] ?? ''
const options = WAYS[way] ?? {}
const servers: RunningServer[] = []

/** The scope as it would be over plain HTTP/1.1 on this port. */
function asReplayed(scope: Scope, port: number): Scope {
  if (scope.type !== 'http' && scope.type !== 'websocket') return scope
  const headers = scope.headers.map((text) => (text === CONNECTION ? 'connection' : text))
  const server = scope.server && { ...scope.server, port }
  const same = { httpVersion: '1.1', headers, server }
  return scope.type === 'http'
    ? { ...scope, ...same, scheme: 'http' }
    : { ...scope, ...same, scheme: 'ws' }
}

/** The port that the replay connects to. */
async function start(app: App, rootPath: string): Promise<number> {
  let front = 0
  const seen: App = (scope, receive, send) =>
    app(front === 0 ? scope : asReplayed(scope, front), receive, send)
  const server = await serve(seen, { port: 0, rootPath, signals: [], ...options })
  servers.push(server)
  const port = server.address.port ?? 0
  if (way === 'tls') front = await overTLS(() => port)
  if (way === 'h2') front = await overHTTP2(() => `https://127.0.0.1:${port}`)
  if (way === 'h2c') front = await overHTTP2(() => `http://127.0.0.1:${port}`)
  return front === 0 ? port : front
}

const ports: Record<string, number> = {}
for (const [name, app] of Object.entries(apps)) {
  ports[name] = await start(app, rootPaths[name] ?? '')
}

const parent = process.ppid
const watch = setInterval(() => {
  if (process.ppid !== parent) stop()
}, 500)

function stop(): void {
  clearInterval(watch)
  Promise.allSettled(servers.map((server) => server.close())).then(() => process.exit())
}

process.once('SIGTERM', stop)

console.log(JSON.stringify(ports))
