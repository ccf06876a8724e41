// The program that serves `fetchserved.ts` on Bun or Deno; it closes when it is told to by SIGTERM.
import { app } from './fetchserved.ts'

const { serve } =
  'Bun' in globalThis
    ? await import('../../lib/servers/bun.ts')
    : await import('../../lib/servers/deno.ts')

const server = await serve(app, { port: 0, gracePeriodMs: 300, onError: () => {} })
console.log(server.url)
await server.closed
console.log('closed')
process.exit()
