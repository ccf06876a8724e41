/** Serves the reference apps, all in this process, and prints their ports as one line of JSON. */
import { type RunningServer, serve } from '../../lib/servers/node.ts'
import { apps, rootPaths } from './apps.ts'

const servers: [name: string, RunningServer][] = []
for (const [name, app] of Object.entries(apps)) {
  const rootPath = rootPaths[name] ?? ''
  servers.push([name, await serve(app, { port: 0, rootPath, signals: [] })])
}

const parent = process.ppid
const watch = setInterval(() => {
  if (process.ppid !== parent) stop()
}, 500)

function stop(): void {
  clearInterval(watch)
  for (const [, server] of servers) server.close()
}

process.once('SIGTERM', stop)

const ports = servers.map(([name, { address }]) => [name, address.port])
console.log(JSON.stringify(Object.fromEntries(ports)))
