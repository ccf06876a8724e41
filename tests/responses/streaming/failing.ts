import { createReadStream, type ReadStream } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { httpMiddleware } from '../../../lib/authoring/httpmiddleware.ts'
import { websocketStream } from '../../../lib/endpoints.ts'
import { html } from '../../../lib/html.ts'
import { compress } from '../../../lib/middleware/compress.ts'
import {
  EventSourceResponse,
  PlainTextResponse,
  StreamingResponse,
} from '../../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../../lib/routing.ts'
import { serve } from '../../../lib/servers/node.ts'
import { testClient } from '../../../lib/testing/client.ts'

// An error without a listener would end this process, and the test with it.

const opened: ReadStream[] = []

function missing(): ReadStream {
  const stream = createReadStream('/missing/file')
  opened.push(stream)
  return stream
}

type Options = ConstructorParameters<typeof StreamingResponse>[1]

const kinds = {
  stream: (options?: Options) => new StreamingResponse(missing(), options),
  // Chunks of a file are no events; it fails before there is one.
  events: (options?: Options) => new EventSourceResponse(missing() as never, options),
  html: (options?: Options) => new StreamingResponse(html`<p>${missing()}</p>`, options),
  promised: (options?: Options) =>
    new StreamingResponse(html`<p>${wait(1).then(missing)}</p>`, options),
}

const replaced = httpMiddleware(async (request, next) => {
  await next(request)
  return new PlainTextResponse('instead')
})

const thrown = httpMiddleware(async (request, next) => {
  await next(request)
  throw new TypeError('instead')
})

const routes = Object.entries(kinds).flatMap(([kind, respond]) => [
  Route(`/${kind}`, () => respond()),
  Route(`/${kind}/204`, () => respond({ status: 204 })),
  Route(`/${kind}/205`, () => respond({ status: 205 })),
  Route(`/${kind}/304`, () => respond({ status: 304 })),
  Route(`/${kind}/slow`, async (request) => {
    const response = respond()
    await new Promise<void>((resolve) => request.scope.onDisconnect?.(resolve))
    return response
  }),
  Route(`/${kind}/waiting`, async () => {
    const response = respond()
    await wait(20)
    return response
  }),
  Route(`/${kind}/compressed`, () => respond(), { middleware: [compress({ minSize: 0 })] }),
  Route(`/${kind}/replaced`, () => respond(), { middleware: [replaced] }),
  Route(`/${kind}/thrown`, () => respond(), { middleware: [thrown] }),
])

const app = Application({
  routes: [
    ...routes,
    WebSocketRoute('/left', async (websocket) => {
      await websocket.accept()
      const leaving = new Promise((resolve) => websocket.signal.addEventListener('abort', resolve))
      await leaving
      await websocketStream(missing, { onConnect: () => {} })(websocket)
    }),
  ],
})

async function allDestroyed(): Promise<boolean> {
  for (let tries = 0; tries < 2_000; tries++) {
    if (opened.every(({ destroyed }) => destroyed)) return true
    await wait(5)
  }
  return false
}

t.test('a stream of a missing file fails the response, even if it is not read', async (t) => {
  const errors: unknown[] = []
  const server = await serve(app, { port: 0, onError: (error) => errors.push(error) })
  t.teardown(() => server.close())
  const base = `http://127.0.0.1:${server.address.port}`

  for (const kind of Object.keys(kinds)) {
    for (const [method, path, status] of [
      ['HEAD', '', 200],
      ['HEAD', '/waiting', 200],
      ['HEAD', '/compressed', 200],
      ['GET', '/204', 204],
      ['GET', '/205', 205],
      ['GET', '/304', 304],
      ['GET', '/replaced', 200],
      ['GET', '/thrown', 500],
    ] as const) {
      const response = await fetch(`${base}/${kind}${path}`, { method })
      t.equal(response.status, status, `${method} /${kind}${path}`)
      await response.text()
    }
    for (const path of ['', '/waiting']) {
      const sent = fetch(`${base}/${kind}${path}`).then(async (response) => {
        await response.text()
        return response.status
      })
      const outcome = await sent.catch(() => 'cut')
      t.equal(outcome, kind === 'stream' ? 500 : 'cut', `GET /${kind}${path}`)
    }
    const signal = AbortSignal.timeout(20)
    await t.rejects(fetch(`${base}/${kind}/slow`, { signal }), { name: 'TimeoutError' })
  }
  t.equal(await allDestroyed(), true, 'every stream is closed')
})

t.test('a stream for a websocket that has disconnected is released', async (t) => {
  await using client = await testClient(app, { raiseServerExceptions: false })
  const socket = await client.websocket('/left')
  await socket.close()
  t.equal(await allDestroyed(), true)
})

t.test('a stream as the body of a test request, which the app does not read', async (t) => {
  const route = Route('/', { post: () => new PlainTextResponse('ok') })
  await using client = await testClient(route)
  const response = await client.post('/', { body: missing() })
  t.equal(await response.text(), 'ok')
  t.equal(await allDestroyed(), true)
})
