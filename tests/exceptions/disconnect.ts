// Errors that only follow from a disconnect are expected: no server logs them.
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { Application } from '../../lib/applications.ts'
import { type Outcome, observe } from '../../lib/authoring/observation.ts'
import { ClientDisconnected } from '../../lib/exceptions.ts'
import type { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { eventually, listening, request } from '../support/sockets.ts'

/** What waits for long in the two ways of Node; both reject with an AbortError. */
const waits: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
  'once()': (signal) => once(new EventEmitter(), 'news', { signal }),
  'setTimeout()': (signal) => setTimeout(60_000, undefined, { signal }),
}

interface Polled {
  readonly app: App
  readonly outcomes: Outcome[]
  isWaiting(): boolean
}

function polled(wait: (signal: AbortSignal) => Promise<unknown>): Polled {
  const outcomes: Outcome[] = []
  let isWaiting = false
  const watched: Middleware = (app) => (scope, receive, send) =>
    observe(app, scope, receive, send, (outcome) => outcomes.push(outcome))
  const app = Application({
    middleware: [watched],
    routes: [
      Route('/', async ({ signal }: Request) => {
        isWaiting = true
        await wait(signal)
        return new PlainTextResponse('news')
      }),
    ],
  })
  return { app, outcomes, isWaiting: () => isWaiting }
}

async function isAborted(t: Test, { outcomes }: Polled): Promise<void> {
  await eventually(() => outcomes.length > 0, 'the end')
  t.match(outcomes, [{ status: 499, aborted: true, error: undefined }])
}

for (const [name, wait] of Object.entries(waits)) {
  t.test(`serve: a client leaves a long poll by ${name}`, async (t) => {
    const poll = polled(wait)
    const { connect, errors } = await listening(t, poll.app)
    const client = await connect()
    client.send(request('GET /'))
    await eventually(poll.isWaiting, 'the request')
    client.socket.destroy()

    await isAborted(t, poll)
    t.strictSame(errors, [])
  })

  t.test(`toNode: a client leaves a long poll by ${name}`, async (t) => {
    const poll = polled(wait)
    const errors: unknown[] = []
    const server = createServer(toNode(poll.app, { onError: (error) => errors.push(error) }))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const { port } = server.address() as AddressInfo
    const leaving = new AbortController()
    const left = fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal })
    await eventually(poll.isWaiting, 'the request')
    leaving.abort()

    await t.rejects(left)
    await isAborted(t, poll)
    t.strictSame(errors, [])
  })

  t.test(`toFetch: a client leaves a long poll by ${name}`, async (t) => {
    const poll = polled(wait)
    const errors: unknown[] = []
    const handle = toFetch(poll.app, { onError: (error) => errors.push(error) })
    const leaving = new AbortController()
    const left = handle(new globalThis.Request('http://test/', { signal: leaving.signal }))
    await eventually(poll.isWaiting, 'the request')
    leaving.abort()

    await left
    await isAborted(t, poll)
    t.strictSame(errors, [])
  })

  t.test(`websockets: a peer leaves a handler that waits by ${name}`, async (t) => {
    let ended = false
    const app = Application({
      routes: [
        WebSocketRoute('/', async (websocket) => {
          await websocket.accept()
          await wait(websocket.signal).finally(() => {
            ended = true
          })
        }),
      ],
    })
    const { port, errors } = await listening(t, app)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
    await once(socket, 'open')
    socket.terminate()

    await eventually(() => ended, 'the end')
    await setTimeout(20)
    t.strictSame(errors, [])
  })
}

t.test('the disconnect of another client is an error like any other', async (t) => {
  const shared = new Error('the shared work was aborted', { cause: new ClientDisconnected() })
  const app = Application({ routes: [Route('/', () => Promise.reject(shared))] })
  const { talk, errors } = await listening(t, app)

  t.match(await talk(request('GET /', ['connection: close'])), /^HTTP\/1\.1 500 /)
  t.strictSame(errors, [shared])
})
