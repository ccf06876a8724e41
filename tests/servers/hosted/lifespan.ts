// When the app of a listener starts and stops, and what requests get meanwhile.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromFetch } from '../../../lib/interop/fromfetch.ts'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { Mount, Route, Router } from '../../../lib/routing.ts'
import { toNode } from '../../../lib/servers/hosted.ts'
import type { App, State } from '../../../lib/types.ts'
import { stretchTimers } from '../../support/clock.ts'
import { hostServer } from '../../support/hosts.ts'
import { answer, eventually, request, soon } from '../../support/sockets.ts'

/** An application that keeps what it goes through. */
function living(seen: string[], before: Promise<void> = Promise.resolve()): App {
  return Application({
    routes: [Route('/', ({ state }) => new PlainTextResponse(JSON.stringify(state)))],
    lifespan: async function* (): AsyncGenerator<State, void, void> {
      await before
      seen.push('startup')
      yield { db: 1 }
      seen.push('shutdown')
    },
  })
}

t.test('the first request starts the app, and all others wait', async (t) => {
  const seen: string[] = []
  let start = (): void => {}
  const before = new Promise<void>((resolve) => {
    start = resolve
  })
  const listener = toNode(living(seen, before))
  const { ask } = await hostServer(t, createServer(listener))
  t.same(seen, [])
  const answers = Promise.all([ask('/'), ask('/'), ask('/')])
  setTimeout(start, 10)

  t.same(await answers, Array(3).fill([200, '{"db":1}']))
  t.same(seen, ['startup'])
  await listener.close()
  t.same(seen, ['startup', 'shutdown'])
})

t.test('the owner can start it, and close it by "await using"', async (t) => {
  const seen: string[] = []
  {
    await using listener = toNode(living(seen))
    await listener.ready()
    t.same(seen, ['startup'])
  }
  t.same(seen, ['startup', 'shutdown'])
})

t.test('the state contains that of the host and of the lifespan', async (t) => {
  const state = (): State => ({ user: 'ada' })
  const { ask } = await hostServer(t, createServer(toNode(living([]), { state })))
  t.same(await ask('/'), [200, '{"db":1,"user":"ada"}'])

  const bare = Router([Route('/', ({ state }) => new PlainTextResponse(JSON.stringify(state)))])
  const alone = await hostServer(t, createServer(toNode(bare, { state, lifespan: 'off' })))
  t.same(await alone.ask('/'), [200, '{"user":"ada"}'])
})

t.test('an error of computing the state is one of the request', async (t) => {
  const seen: unknown[] = []
  const listener = toNode(living([]), {
    state: () => {
      throw new Error('no state')
    },
    onError: (error, { type }) => seen.push([type, error]),
  })
  const { ask } = await hostServer(t, createServer(listener))

  t.same(await ask('/'), [500, 'Internal Server Error'])
  t.match(seen, [['http', { message: 'no state' }]])
})

t.test('a failed start is passed to the host with each request, or is a 500', async (t) => {
  const failing = Application({
    lifespan: async function* () {
      yield* []
      throw new Error('no database')
    },
  })
  const seen: unknown[] = []
  const host = express()
  const answerError: express.ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(500).end(error.message)
  }
  host.use(toNode(failing), answerError)
  const { ask } = await hostServer(t, host)
  for (const _ of [1, 2]) {
    const [status, text] = await ask('/')
    t.equal(status, 500)
    t.match(text, /^lifespan: the startup failed\./)
  }

  const onError = (error: unknown): void => void seen.push(error)
  const bare = await hostServer(t, createServer(toNode(failing, { onError })))
  t.same(await bare.ask('/'), [500, 'Internal Server Error'])
  t.match(seen, [{ message: /the startup failed/ }])
  await t.rejects(toNode(failing).ready(), { message: /the startup failed/ })
})

t.test('a client that disconnects during the start is not served', async (t) => {
  let start = (): void => {}
  const before = new Promise<void>((resolve) => {
    start = resolve
  })
  let served = 0
  const listener = toNode(async (scope, receive, send) => {
    if (scope.type === 'http') served++
    await living([], before)(scope, receive, send)
  })
  const closed: boolean[] = []
  const { connect } = await hostServer(
    t,
    createServer((request, response) => {
      response.on('close', () => closed.push(true))
      listener(request, response)
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  setTimeout(() => client.leave(), 10)
  await eventually(() => closed.length > 0, 'the close')
  start()
  await listener.ready()
  await new Promise(setImmediate)

  t.equal(served, 0)
})

t.test('closing waits for exchanges, and later requests get 503', async (t) => {
  let finish = (): void => {}
  const slow: App = async (scope, _receive, send) => {
    if (scope.type !== 'http') throw new Error(scope.type)
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    await answer(send, 'done')
  }
  const listener = toNode(slow, { lifespan: 'off' })
  const { ask, talk } = await hostServer(t, createServer(listener))
  const open = talk(request('GET /'))
  await eventually(() => String(finish).includes('native'), 'the app to wait')
  let isClosed = false
  const closed = listener.close().then(() => {
    isClosed = true
  })

  t.same(await ask('/'), [503, 'Service Unavailable'])
  t.notOk(isClosed)
  finish()
  t.match(await open, /\r\nconnection: close\r\n.*done$/is)
  await soon(closed, 'the close')
})

t.test('a failed shutdown rejects close', async (t) => {
  const failing = Application({
    lifespan: async function* () {
      yield {}
      throw new Error('no luck')
    },
  })
  const listener = toNode(failing, { gracePeriodMs: 10 })
  await listener.ready()

  await t.rejects(listener.close(), { message: /the shutdown failed/ })
})

t.test('exchanges over the grace period are aborted before the lifespan ends', async (t) => {
  const seen: string[] = []
  const begun = new Set<string>()
  const app = Application({
    routes: [
      Route('/stream', () => {
        begun.add('stream')
        return new StreamingResponse(endless('stream', seen))
      }),
      Route(
        '/body',
        async (request) => {
          begun.add('body')
          try {
            return new PlainTextResponse(await request.text())
          } finally {
            seen.push('body')
          }
        },
        { methods: ['POST'] },
      ),
      Mount(
        '/node',
        fromNode((_request, response) => {
          begun.add('node')
          const timer = setInterval(() => response.write('chunk'), 5)
          response.on('close', () => {
            clearInterval(timer)
            seen.push('node')
          })
        }),
      ),
      Mount(
        '/fetch',
        fromFetch(() => {
          begun.add('fetch')
          const pull = async (stream: ReadableStreamDefaultController): Promise<void> => {
            await sleep(5)
            stream.enqueue(Buffer.from('chunk'))
          }
          const cancel = (): void => void seen.push('fetch')
          return new globalThis.Response(new ReadableStream({ pull, cancel }))
        }),
      ),
    ],
    lifespan: async function* (): AsyncGenerator<State, void, void> {
      yield {}
      seen.push('shutdown')
    },
  })
  stretchTimers(t, 100) // nothing holds it up: the apps have a second after the grace period
  const listener = toNode(app, { gracePeriodMs: 1 })
  const host = await hostServer(t, createServer(listener))
  const open = [
    host.talk(request('GET /stream')),
    host.talk('POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nxy'),
    host.talk(request('GET /node/')),
    host.talk(request('GET /fetch/')),
  ].map((reading) => reading.catch(() => 'reset'))
  await eventually(() => begun.size === open.length, 'all requests')
  await sleep(30)
  await soon(listener.close(), 'the close')

  t.same(seen.slice(0, -1).sort(), ['body', 'fetch', 'node', 'stream'])
  t.equal(seen.at(-1), 'shutdown')
  await soon(Promise.all(open), 'the end of the connections')
})

/** Says when it is closed. */
async function* endless(name: string, seen: string[]): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (;;) {
      yield Buffer.from('chunk')
      await sleep(5)
    }
  } finally {
    seen.push(name)
  }
}
