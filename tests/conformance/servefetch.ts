/** Serves the reference apps on Bun or Deno, whichever runs this, and prints their ports. */
import type { RunningServer } from '../../lib/servers/running.ts'
import { apps, rootPaths } from './apps.ts'

const { serve } =
  'Bun' in globalThis
    ? await import('../../lib/servers/bun.ts')
    : await import('../../lib/servers/deno.ts')

const servers: [name: string, RunningServer][] = []
for (const [name, app] of Object.entries(apps)) {
  const rootPath = rootPaths[name] ?? ''
  servers.push([name, await serve(app, { port: 0, rootPath, signals: [] })])
}

process.once('SIGTERM', async () => {
  await Promise.all(servers.map(([, server]) => server.close()))
  process.exit()
})

const ports = servers.map(([name, { address }]) => [name, address.port])
console.log(JSON.stringify(Object.fromEntries(ports)))
