// A program whose every route goes wrong, each in another way, under the server's own `onError`.
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { Application } from '../../../lib/applications.ts'
import { httpMiddleware } from '../../../lib/authoring/httpmiddleware.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse, PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { Mount, Route } from '../../../lib/routing.ts'
import { serve } from '../../../lib/servers/node.ts'
import type { App, HTTPScope, Middleware, Receive, Send } from '../../../lib/types.ts'

// In some versions of Node, either of these made an overflow of the stack the end of the process.
const storage = new AsyncLocalStorage<object>()
createHook({ init() {} }).enable()

const fine = (): PlainTextResponse => new PlainTextResponse('fine')

const kaput = (where: string): Error => new Error(`kaput: ${where}`)

/** Resolves when the client has gone. */
function departure({ scope }: Request): Promise<void> {
  console.error(`${scope.path} waits for its client to leave`)
  return new Promise((resolve) => scope.onDisconnect?.(resolve))
}

/** An app that answers by itself, and what it does besides. */
function apart(run: (scope: HTTPScope, receive: Receive, send: Send) => unknown): App {
  return async (scope, receive, send) => {
    if (scope.type === 'http') await run(scope, receive, send)
  }
}

const MIDDLEWARE: Record<string, Middleware> = {
  throws: () => () => {
    throw kaput('throws')
  },
  rejects: () => async () => {
    throw kaput('rejects')
  },
  'rejects-after': (app) => async (scope, receive, send) => {
    await app(scope, receive, send)
    throw kaput('rejects-after')
  },
  'rejects-in-send': (app) => (scope, receive, send) =>
    app(scope, receive, async (message) => {
      if (message.type === 'http.response.body') throw kaput('rejects-in-send')
      await send(message)
    }),
  'rejects-with-nothing': () => () => Promise.reject(),
  'rejects-before-next': httpMiddleware(async () => {
    await null
    throw kaput('rejects-before-next')
  }),
  'rejects-after-next': httpMiddleware(async (request, next) => {
    await next(request)
    throw kaput('rejects-after-next')
  }),
}

async function* breaking(where: 'source' | 'finally'): AsyncGenerator<string> {
  try {
    yield 'part'
    if (where === 'source') throw kaput('source')
    for (;;) yield 'x'.repeat(10_000)
  } finally {
    if (where === 'finally') console.error('ran finally')
    if (where === 'finally') await Promise.reject(kaput('finally'))
  }
}

const routes = [
  Route('/alive', fine),
  Mount(
    '/bug',
    apart(({ path }) => {
      throw new Error(`nothing is called ${path}`)
    }),
  ),
  ...Object.entries(MIDDLEWARE).map(([name, middleware]) =>
    Route(`/middleware/${name}`, fine, { middleware: [middleware] }),
  ),
  Route('/background/throws', () => {
    const background = (): never => {
      throw kaput('background')
    }
    return new PlainTextResponse('sent', { background })
  }),
  Route('/background/rejects', () => {
    const background = (): Promise<never> => Promise.reject(kaput('background'))
    return new PlainTextResponse('sent', { background })
  }),
  Route('/stream/source', () => new StreamingResponse(breaking('source'))),
  Route('/stream/finally', () => new StreamingResponse(breaking('finally'))),
  // Nobody waits for what these send.
  Route('/gone/sends', async (request) => {
    await departure(request)
    const { send } = request
    return apart(() => {
      send({ type: 'http.response.start', status: 200, headers: [] })
      for (let part = 0; part < 10; part++) {
        send({ type: 'http.response.body', body: new Uint8Array(100_000), moreBody: true })
      }
      console.error('sent to nobody')
    })
  }),
  Route('/gone/listener', (request) => {
    request.scope.onDisconnect?.(() => {
      throw kaput('listener')
    })
    return departure(request).then(fine)
  }),
  Route('/floods', async ({ send, scope }) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (let part = 0; part < 1000; part++) {
      send({ type: 'http.response.body', body: new Uint8Array(100_000), moreBody: true })
    }
    return new Promise((resolve) => scope.onDisconnect?.(() => resolve(apart(() => {}))))
  }),
  Route('/wrong-messages', ({ send }) => {
    send({ type: 'http.response.body', body: new Uint8Array(1) })
    send({ type: 'http.response.start', status: 99, headers: ['odd'] })
    return fine()
  }),
  Route('/json', async (request) => new JSONResponse(await storage.run({}, () => request.json())), {
    methods: ['POST'],
  }),
]

/** A mount in a mount, and so on, as deep as the stack is. */
function deep(levels: number): App {
  let app: App = Application({ routes: [Route('/', fine)] })
  for (let level = 0; level < levels; level++) app = Mount('', app)
  return app
}

const recursive: App = (scope, receive, send) => recursive(scope, receive, send)

const app = Application({
  routes: [
    ...routes,
    Mount('/deep', deep(20_000)),
    Mount('/recursive', recursive),
    Mount('/recursive-later', (async (scope, receive, send) => {
      await null
      await recursive(scope, receive, send)
    }) satisfies App),
  ],
})

const stored: App = (scope, receive, send) => storage.run({}, () => app(scope, receive, send))
const server = await serve(stored, { port: 0, gracePeriodMs: 500 })
console.log(server.address.port)
