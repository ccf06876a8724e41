// Nothing that was given or sent changes: what one client is sent does not turn up elsewhere.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { mapResponseStart } from '../../lib/authoring/mapresponsestart.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { Headers } from '../../lib/http/headers.ts'
import { Session } from '../../lib/http/session.ts'
import { cacheControl } from '../../lib/middleware/cachecontrol.ts'
import { compress } from '../../lib/middleware/compress.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { etag } from '../../lib/middleware/etag.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { requestId } from '../../lib/middleware/requestid.ts'
import { secureHeaders } from '../../lib/middleware/secureheaders.ts'
import { serverTiming } from '../../lib/middleware/servertiming.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { Mount } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type {
  App,
  HTTPResponseStartMessage,
  Middleware,
  SendMessage,
  WebSocketAcceptMessage,
} from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'

/** A message that an app has once for all of its clients. */
const START: HTTPResponseStartMessage = {
  type: 'http.response.start',
  status: 200,
  headers: ['content-type', 'text/plain', 'vary', 'Accept'],
}

function sharing(start: HTTPResponseStartMessage): App {
  return async (scope, _receive, send) => {
    if (scope.type !== 'http') return
    if (scope.session instanceof Session) scope.session.data['visitor'] = scope.path
    await send(start)
    await send({ type: 'http.response.body', body: Buffer.from('hello '.repeat(200)) })
  }
}

const ADDING: Readonly<Record<string, Middleware>> = {
  requestId: requestId(),
  sessions: sessions({ secret: 'a secret of thirty-two bytes, or more' }),
  mapResponseStart: mapResponseStart((message, { path }) => {
    return { ...message, headers: [...message.headers, 'x-path', path] }
  }),
  cors: cors({ origins: ['https://a.example', 'https://b.example'], credentials: true }),
  secureHeaders: secureHeaders(),
  serverTiming: serverTiming(),
  rateLimit: rateLimit({ limits: [{ max: 100, seconds: 60 }] }),
  cacheControl: cacheControl({ maxAge: 60 }),
  compress: compress({ minSize: 0 }),
  etag: etag(),
}

const ORIGINS = ['https://a.example', 'https://b.example', 'https://c.example']

/** The fields that three clients get, one after the other. */
async function answersOf(app: App): Promise<Headers[]> {
  await using client = await testClient(app)
  const answers: Headers[] = []
  for (const [index, origin] of ORIGINS.entries()) {
    client.cookies.clear()
    const response = await client.get(`/${index}`, { headers: { origin } })
    answers.push(Headers.from(response.headers))
  }
  return answers
}

t.test('a start message that is sent to all clients does not mix their fields', async (t) => {
  for (const isFrozen of [false, true]) {
    for (const [name, middleware] of Object.entries(ADDING)) {
      const shared = { ...START, headers: START.headers.slice() }
      const start = isFrozen
        ? Object.freeze({ ...shared, headers: Object.freeze(shared.headers) })
        : shared
      const sent: SendMessage[] = []
      for (const path of ['/0', '/1', '/2']) {
        const scope = httpScope({
          path,
          headers: ['accept-encoding', 'gzip', 'origin', 'https://a.example'],
        })
        sent.push(...(await call(middleware(sharing(start)), scope)))
      }
      t.same(start, START, `${name} leaves the message as it was`)
      const starts = sent.flatMap((message) =>
        message.type === 'http.response.start' ? [message] : [],
      )
      t.equal(
        new Set(starts.map(({ headers }) => headers.length)).size,
        1,
        `${name}: no more each time`,
      )
    }
  }
})

t.test('with all middleware at once, each client gets its own fields once', async (t) => {
  const middleware = Object.values(ADDING).filter((one) => one !== ADDING['compress'])
  const app = middleware.reduceRight((inner, wrap) => wrap(inner), sharing(START))

  const answers = await answersOf(app)

  const [a, b, c] = answers
  t.equal(a?.get('access-control-allow-origin'), 'https://a.example')
  t.equal(b?.get('access-control-allow-origin'), 'https://b.example')
  t.equal(c?.get('access-control-allow-origin'), null)
  t.equal(new Set(answers.map((answer) => answer.get('x-request-id'))).size, 3)
  t.equal(new Set(answers.map((answer) => answer.get('set-cookie'))).size, 3)
  for (const [index, answer] of answers.entries()) {
    t.equal(answer.getAll('set-cookie').length, 1)
    t.equal(answer.get('x-path'), `/${index}`)
    for (const name of ['x-request-id', 'server-timing', 'ratelimit', 'etag', 'cache-control']) {
      t.notMatch(answer.get(name), /, .*, /, `${name} is there once`)
    }
  }
})

t.test('an accept message for all websockets does not mix their request ids', async (t) => {
  const accept: WebSocketAcceptMessage = { type: 'websocket.accept', headers: ['x-a', '1'] }
  const app = requestId()(async (_scope, _receive, send) => send(accept))
  const ids: unknown[] = []
  for (const _ of ORIGINS) {
    const [message] = await call(app, websocketScope())
    if (message?.type === 'websocket.accept')
      ids.push(new Headers(message.headers).get('x-request-id'))
  }

  t.equal(new Set(ids).size, 3)
  t.same(accept, { type: 'websocket.accept', headers: ['x-a', '1'] })
})

t.test('in the test client, changing a message after it was sent or received throws', async (t) => {
  const changes: Readonly<Record<string, App>> = {
    'the fields of a request': async (scope) => {
      if (scope.type === 'http') (scope.headers as string[]).push('x-a', '1')
    },
    'a message that was sent': async (_scope, _receive, send) => {
      const message = { ...START, status: 200 }
      await send(message)
      message.status = 500
    },
    'the fields of a message that was sent': async (_scope, _receive, send) => {
      const headers = ['x-a', '1']
      await send({ ...START, headers })
      headers.push('x-b', '2')
    },
    'a message that came': async (_scope, receive) => {
      Object.assign(await receive(), { moreBody: true })
    },
  }
  for (const lint of [true, false]) {
    for (const [what, app] of Object.entries(changes)) {
      await using client = await testClient(app, { lint, lifespan: 'off' })

      await t.rejects(client.get('/'), { name: 'TypeError', message: /extensible|read only/ }, what)
    }
  }
})

t.test('a middleware that calls its app again after an error adds its header once', async (t) => {
  const retrying: Middleware = (app) => async (scope, receive, send) => {
    for (let left = 2; left > 0; left--) {
      try {
        return await app(scope, receive, send)
      } catch {}
    }
    return app(scope, receive, send)
  }
  const adding = mapResponseStart((message) => {
    return { ...message, headers: [...message.headers, 'x-a', '1'] }
  })
  let calls = 0
  const failing =
    (times: number, error: Error): App =>
    async (scope, receive, send) => {
      if (scope.type === 'http' && calls++ < times) throw error
      return sharing(START)(scope, receive, send)
    }
  for (const error of [new Error('kaput'), new HTTPException(503)]) {
    for (const times of [1, 2, 3]) {
      for (const order of [
        [retrying, adding],
        [adding, retrying],
      ]) {
        calls = 0
        const app = Application({
          routes: [Mount('/', failing(times, error), { middleware: order })],
        })
        await using client = await testClient(app, { raiseServerExceptions: false, lint: false })

        t.equal((await client.get('/')).headers.get('x-a'), '1', `${error.message}, ${times} times`)
      }
    }
  }
})
