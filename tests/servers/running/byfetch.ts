import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import type { FetchApp } from '../../../lib/servers/fetch.ts'
import {
  type ByFetchOptions,
  type Listener,
  serveByFetch,
} from '../../../lib/servers/running/byfetch.ts'

/** A runtime that writes down what it is asked for. */
function runtime(log: string[], listener: Partial<Listener> = {}) {
  const handlers: FetchApp[] = []
  const listen = (handler: FetchApp, place: object): Listener => {
    handlers.push(handler)
    log.push(JSON.stringify(place))
    const drain = async (): Promise<void> => void log.push('drain')
    return { port: 7, drain, cut: () => log.push('cut'), ...listener }
  }
  return { handlers, listen, upgrade: () => new globalThis.Response() }
}

function logging(log: string[]) {
  return Application({
    routes: [Route('/', ({ scope }) => new PlainTextResponse(JSON.stringify(scope.server)))],
    lifespan: async function* () {
      log.push('started')
      yield {}
      log.push('stopped')
    },
  })
}

const QUIET: ByFetchOptions = { signals: [] }

t.test('starts the app, listens, and puts its address into the scope', async (t) => {
  const log: string[] = []
  const { handlers, ...rest } = runtime(log)

  const server = await serveByFetch(logging(log), { ...QUIET, port: 0 }, rest)

  const answer = await handlers[0]?.(new globalThis.Request('http://h/'))
  t.equal(await answer?.text(), '{"host":"127.0.0.1","port":7}')
  t.equal(server.url, 'http://127.0.0.1:7')
  await server.close()
  t.same(log, ['started', '{"hostname":"127.0.0.1","port":0}', 'drain', 'stopped'])
})

t.test('listens on a unix socket, which has no port', async (t) => {
  const log: string[] = []
  const server = await serveByFetch(logging(log), { ...QUIET, path: '/tmp/x' }, runtime(log))

  t.same(server.address, { host: '/tmp/x', port: null })
  await server.close()
  t.equal(log[1], '{"path":"/tmp/x"}')
})

t.test('keeps the given port if the runtime reports none', async (t) => {
  const log: string[] = []
  const server = await serveByFetch(logging(log), QUIET, runtime(log, { port: undefined }))

  t.equal(server.address.port, 8000)
  await server.close()
})

t.test('aborts exchanges over the grace time', async (t) => {
  const log: string[] = []
  const never = runtime(log, { drain: () => new Promise(() => {}) })
  const server = await serveByFetch(logging(log), { ...QUIET, gracePeriodMs: 5 }, never)

  await server.close()

  t.same(log.slice(2), ['cut', 'stopped'])
})

t.test('a server that cannot listen is stopped again', async (t) => {
  const log: string[] = []
  const listen = (): never => {
    throw new Error('in use')
  }

  await t.rejects(serveByFetch(logging(log), QUIET, { ...runtime(log), listen }), {
    message: 'in use',
  })
  t.same(log, ['started', 'stopped'])
})

t.test('a stop before the start prevents it', async (t) => {
  const log: string[] = []
  const signal = AbortSignal.abort(new Error('not wanted'))

  await t.rejects(serveByFetch(logging(log), { ...QUIET, signal }, runtime(log)), {
    message: 'not wanted',
  })
  t.same(log, [])
})

t.test('a stop during the start prevents listening', async (t) => {
  const log: string[] = []
  const controller = new AbortController()
  const app = Application({
    lifespan: async function* () {
      controller.abort(new Error('not wanted'))
      yield {}
      log.push('stopped')
    },
  })

  await t.rejects(serveByFetch(app, { ...QUIET, signal: controller.signal }, runtime(log)), {
    message: 'not wanted',
  })
  t.same(log, ['stopped'])
})
