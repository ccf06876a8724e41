// Middleware written by somebody who has read SPEC.md and the types, and nothing else: it works under
// every server and in the test client.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import type { App, Middleware, ReceiveMessage } from '../../lib/types.ts'
import { SERVERS } from '../support/everyserver.ts'
import { eventually } from '../support/sockets.ts'

/** Adds a field to every response. */
function stamp(name: string, value: string): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    return app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, name, value] })
    })
  }
}

/** Repeats a GET request that failed; the last answer stands. */
function retry(times: number): Middleware {
  return (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' || scope.method !== 'GET') return app(scope, receive, send)
    for (let left = times; left > 0; left--) {
      let accepted = false
      try {
        await app({ ...scope }, receive, (message) => {
          if (message.type === 'http.response.start') accepted = message.status < 500
          return accepted ? send(message) : Promise.resolve()
        })
        if (accepted) return
      } catch (error) {
        if (accepted) throw error
      }
    }
    return app(scope, receive, send)
  }
}

/** Answers 504 if the response has not started in time; the app is told that the client has gone. */
function timeout(ms: number): Middleware {
  return (app) => async (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    let state: 'waiting' | 'started' | 'late' = 'waiting'
    let leave: (message: ReceiveMessage) => void = () => {}
    const left = new Promise<ReceiveMessage>((resolve) => {
      leave = resolve
    })
    const timer = setTimeout(async () => {
      if (state !== 'waiting') return
      state = 'late'
      leave({ type: 'http.disconnect' })
      await send({ type: 'http.response.start', status: 504, headers: [] })
      await send({ type: 'http.response.body' })
    }, ms)
    try {
      await app(
        scope,
        () => Promise.race([receive(), left]),
        async (message) => {
          if (state === 'late') return
          state = 'started'
          await send(message)
        },
      )
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Tells of each request what it was and how it was answered. */
function logger(log: (line: string) => void): Middleware {
  return (app) => async (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    let status = 0
    try {
      await app(scope, receive, (message) => {
        if (message.type === 'http.response.start') status = message.status
        return send(message)
      })
      log(`${scope.method} ${scope.path} ${status}`)
    } catch (error) {
      log(`${scope.method} ${scope.path} ${status} ${error}`)
      throw error
    }
  }
}

/** An application with routes that answer, fail, fail at first, and take long. */
function application(middleware: readonly Middleware[]): App {
  const failures = new Map<string, number>()
  const flaky = Route('/flaky/{key}', ({ pathParams }) => {
    const count = failures.get(pathParams.key) ?? 0
    failures.set(pathParams.key, count + 1)
    if (count < 2) throw new Error('at first')
    return new PlainTextResponse(`after ${count}`)
  })
  const slow = Route('/slow', async (request) => {
    await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
    return new PlainTextResponse('too late')
  })
  const bug = Route('/bug', () => {
    throw new Error('kaput')
  })
  const fine = Route('/fine', () => new PlainTextResponse('fine'))
  const foreign: App = () => Promise.reject(new Error('of a foreign app'))
  return Application({
    middleware,
    routes: [Mount('/api', Router([flaky, slow, bug, fine])), Mount('/foreign', foreign)],
  })
}

for (const [name, open] of Object.entries(SERVERS)) {
  t.test(`a header middleware under ${name}`, async (t) => {
    const get = await open(t, application([stamp('x-stamp', '1')]))

    for (const [path, status] of [
      ['/api/fine', 200],
      ['/api/bug', 500],
      ['/foreign/', 500],
      ['/nowhere', 404],
    ] as const) {
      const response = await get(path)

      t.equal(response.status, status, path)
      t.equal(response.headers.get('x-stamp'), '1', path)
      await response.text()
    }
  })

  t.test(`a retry under ${name}`, async (t) => {
    const get = await open(t, application([stamp('x-stamp', '1'), retry(2), stamp('x-inner', '1')]))

    const response = await get('/api/flaky/a')

    t.equal(response.status, 200)
    t.equal(await response.text(), 'after 2')
    t.equal(response.headers.get('x-stamp'), '1')
    t.equal(response.headers.get('x-inner'), '1', 'once')
    t.equal((await get('/api/bug')).status, 500, 'the last answer stands')
  })

  t.test(`a timeout under ${name}`, async (t) => {
    const get = await open(t, application([stamp('x-stamp', '1'), timeout(30)]))

    const response = await get('/api/slow')

    t.equal(response.status, 504)
    t.equal(response.headers.get('x-stamp'), '1')
    t.equal((await get('/api/fine')).status, 200)
  })

  t.test(`a request logger under ${name}`, async (t) => {
    const lines: string[] = []
    const get = await open(t, application([logger((line) => lines.push(line))]))

    for (const path of ['/api/fine', '/api/bug', '/nowhere']) await (await get(path)).text()

    // An app may end after its answer was read.
    await eventually(() => lines.length === 3, 'all lines')
    t.same(lines.sort(), ['GET /api/bug 500 Error: kaput', 'GET /api/fine 200', 'GET /nowhere 404'])
  })
}
