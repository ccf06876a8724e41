// The lifespans of what is mounted inside middleware that was put around by hand.
import type { IncomingMessage, ServerResponse } from 'node:http'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { secureHeaders } from '../../lib/middleware/secureheaders.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Host, Mount, Route, Router } from '../../lib/routing.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import { serve } from '../../lib/servers/node.ts'
import { StaticFiles } from '../../lib/staticfiles.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { stopTimers } from '../support/clock.ts'
import { soon } from '../support/sockets.ts'

function noting(name: string, log: string[], routes: Parameters<typeof Router>[0] = []): App {
  async function* lifespan(): AsyncGenerator<Record<string, string>> {
    log.push(`${name} starts`)
    yield { [name]: 'open' }
    log.push(`${name} stops`)
  }
  const state = Route('/state', ({ state }) => new JSONResponse(state))
  return Application({ routes: [state, ...routes], lifespan })
}

interface Running {
  readonly get: (path: string) => Promise<unknown>
  readonly close: () => Promise<unknown>
}

const SERVERS: Record<string, (app: App) => Promise<Running>> = {
  async serve(app) {
    const { url, close } = await serve(app, { port: 0 })
    return { get: async (path) => (await fetch(new URL(path, url))).json(), close }
  },
  async toFetch(app) {
    const handler = toFetch(app)
    const get = async (path: string): Promise<unknown> =>
      (await handler(new Request(`http://localhost${path}`))).json()
    await get('/state')
    return { get, close: () => handler.close() }
  },
  async testClient(app) {
    const client = await testClient(app)
    return { get: async (path) => (await client.get(path)).json(), close: () => client.close() }
  },
}

for (const [name, start] of Object.entries(SERVERS)) {
  t.test(`${name}: a wrapped application runs its lifespan, in order`, async (t) => {
    const log: string[] = []
    const [cross, named, late] = ['cross', 'named', 'late'].map((each) => noting(each, log))
    const plain = noting('plain', log)
    const slow: App = async (scope, receive, send) => {
      await null
      return late?.(scope, receive, send)
    }
    const app = noting('outer', log, [
      Mount('/cross', cors({ origins: '*' })(cross as App)),
      Mount('/named', secureHeaders()(named as App)),
      Mount('/slow', slow),
      Mount(
        '/deep',
        Mount('/er', (scope, receive, send) => plain(scope, receive, send)),
      ),
    ])

    const { get, close } = await start(app)
    const names = ['outer', 'cross', 'named', 'late', 'plain']
    t.same(
      log.splice(0),
      names.map((each) => `${each} starts`),
    )
    t.same(await get('/state'), { outer: 'open' })
    t.same(await get('/cross/state'), { outer: 'open', cross: 'open' })
    t.same(await get('/named/state'), { outer: 'open', named: 'open' })
    t.same(await get('/slow/state'), { outer: 'open', late: 'open' })
    t.same(await get('/deep/er/state'), { outer: 'open', plain: 'open' })
    await close()
    t.same(
      log,
      names.reverse().map((each) => `${each} stops`),
    )
  })

  t.test(`${name}: an application below two parents starts once`, async (t) => {
    const log: string[] = []
    const shared = noting('shared', log)
    const app = noting('outer', log, [
      Mount('/a', noting('a', log, [Mount('/x', shared)])),
      Mount('/b', Router([Mount('/x', cors({ origins: '*' })(shared))])),
      Mount('/c', secureHeaders()(shared)),
      Host('c.example.org', shared),
    ])

    for (let count = 0; count < 2; count++) {
      const { get, close } = await start(app)
      t.same(log.splice(0), ['outer starts', 'a starts', 'shared starts'])
      t.same(await get('/a/x/state'), { outer: 'open', a: 'open', shared: 'open' })
      t.same(await get('/b/x/state'), { outer: 'open', shared: 'open' })
      t.same(await get('/c/state'), { outer: 'open', shared: 'open' })
      await close()
      t.same(log.splice(0), ['shared stops', 'a stops', 'outer stops'])
    }
  })

  t.test(`${name}: apps without a lifespan change nothing`, async (t) => {
    const log: string[] = []
    const answering: App = async (_scope, _receive, send) => {
      void send({ type: 'http.response.start', status: 200, headers: [] })
      void send({ type: 'http.response.body', body: new Uint8Array(0) })
    }
    const apps: App[] = [
      fromNode((_request: IncomingMessage, response: ServerResponse) => response.end('1')),
      fromFetch(() => new Response('1')),
      StaticFiles({ directory: import.meta.dirname }),
      answering,
      async () => {},
      () => {
        throw new Error('no request')
      },
      async (_scope, receive) => {
        await receive()
        throw new Error('no request')
      },
      async (_scope, receive, send) => {
        await receive()
        await send({ type: 'http.response.start', status: 200, headers: [] })
      },
      async (_scope, _receive, send) => send({ type: 'lifespan.unknown' } as never),
    ]
    const app = noting(
      'outer',
      log,
      apps.map((each, index) => Mount(`/${index}`, each)),
    )

    stopTimers(t) // none of them is waited for
    const { get, close } = await soon(start(app), 'the start')
    t.same(await get('/state'), { outer: 'open' })
    await soon(close(), 'the end')
    t.same(log, ['outer starts', 'outer stops'])
  })
}

t.test('a hanging app gets one second, and a wrapped application more', async (t) => {
  const log: string[] = []
  const hanging: App = async (_scope, receive) => {
    for (;;) if ((await receive()).type === 'http.disconnect') return
  }
  const long = Application({
    lifespan: async function* () {
      await new Promise((resolve) => setTimeout(resolve, 1200))
      log.push('long starts')
      yield {}
      log.push('long stops')
    },
  })
  const app = Router([Mount('/hanging', hanging), Mount('/long', secureHeaders()(long))])
  const client = await testClient(app)
  t.same(log, ['long starts'])
  await client.close()
  t.same(log, ['long starts', 'long stops'])
})

t.test('a wrapped application that fails to start fails the server', async (t) => {
  const log: string[] = []
  const failing = Application({
    // biome-ignore lint/correctness/useYield: it fails before
    lifespan: async function* (): AsyncGenerator<object> {
      throw new Error('no database')
    },
  })
  const app = noting('outer', log, [
    Mount('/a', cors({ origins: '*' })(noting('a', log))),
    Mount('/b', secureHeaders()(failing)),
  ])
  await t.rejects(serve(app, { port: 0 }), /startup failed.*no database/s)
  t.same(log, ['outer starts', 'a starts', 'a stops', 'outer stops'])
})
