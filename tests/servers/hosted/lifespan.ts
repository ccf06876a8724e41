// When the app of a listener starts and stops, and what requests get meanwhile.
import { createServer } from 'node:http'
import express from 'express'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route, Router } from '../../../lib/routing.ts'
import { toNode } from '../../../lib/servers/hosted.ts'
import type { App, State } from '../../../lib/types.ts'
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

t.test('the first request starts the app, and all wait for that', async (t) => {
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

t.test('or the owner does, and closes it by "await using"', async (t) => {
  const seen: string[] = []
  {
    await using listener = toNode(living(seen))
    await listener.ready()
    t.same(seen, ['startup'])
  }
  t.same(seen, ['startup', 'shutdown'])
})

t.test('state of the host goes beside that of the lifespan, or alone', async (t) => {
  const state = (): State => ({ user: 'ada' })
  const { ask } = await hostServer(t, createServer(toNode(living([]), { state })))
  t.same(await ask('/'), [200, '{"db":1,"user":"ada"}'])

  const bare = Router([Route('/', ({ state }) => new PlainTextResponse(JSON.stringify(state)))])
  const alone = await hostServer(t, createServer(toNode(bare, { state, lifespan: 'off' })))
  t.same(await alone.ask('/'), [200, '{"user":"ada"}'])
})

t.test('a state that cannot be had is an error of the request', async (t) => {
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

t.test('a failed start goes to the host with each request, or is a 500', async (t) => {
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

t.test('who leaves before the start is over is not served', async (t) => {
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

t.test('closing lets exchanges end; later requests are answered by 503', async (t) => {
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
