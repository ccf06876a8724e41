// What the soak loads: two workers that serve all kinds of exchanges, and tell what they hold.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Application } from '../../lib/applications.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import {
  EventSourceResponse,
  JSONResponse,
  PlainTextResponse,
  StreamingResponse,
} from '../../lib/responses.ts'
import { Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { cluster, clusterStore } from '../../lib/servers/cluster.ts'
import { serve } from '../../lib/servers/node.ts'

const LARGE = Buffer.alloc(1 << 20, 'a')
const visited = sessions({ store: clusterStore({ timeoutMs: 10_000 }), secure: false })

async function* ticks(signal: AbortSignal): AsyncGenerator<{ data: string }> {
  for (let count = 0; !signal.aborted; count++) {
    yield { data: String(count) }
    await sleep(100)
  }
}

const app = Application({
  routes: [
    Route('/', () => new PlainTextResponse('hello')),
    Route('/echo', { post: async (request) => new PlainTextResponse(await request.text()) }),
    Route(
      '/large',
      () => new StreamingResponse([LARGE.subarray(0, 1 << 19), LARGE.subarray(1 << 19)]),
    ),
    Route('/events', ({ signal }) => new EventSourceResponse(ticks(signal))),
    Mount(
      '/visits',
      visited(
        Router([
          Route('/', ({ session }) => {
            session.data.count = Number(session.data.count ?? 0) + 1
            return new PlainTextResponse(String(session.data.count))
          }),
        ]),
      ),
    ),
    WebSocketRoute('/socket', async (websocket) => {
      await websocket.accept()
      for await (const message of websocket) await websocket.sendText(String(message))
    }),
    Route('/held', async () => {
      globalThis.gc?.()
      const { rss, heapUsed } = process.memoryUsage()
      const resources = process.getActiveResourcesInfo()
      const timers = resources.filter((name) => name === 'Timeout' || name === 'Immediate').length
      return new JSONResponse({
        pid: process.pid,
        rss,
        heapUsed,
        timers,
        files: readdirSync('/proc/self/fd').length,
      })
    }),
  ],
})

const { role, closed } = await cluster(
  async () => {
    const server = await serve(app, { port: 0, drainDelayMs: 500 })
    console.log(`port ${server.address.port}`)
    return server
  },
  { workers: 2 },
)
if (role === 'primary') console.log('all ready')
await closed
