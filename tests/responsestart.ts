import t from 'tap'
import { HTTPException } from '../lib/exceptions.ts'
import { errors } from '../lib/middleware/errors.ts'
import { exceptions } from '../lib/middleware/exceptions.ts'
import { PlainTextResponse } from '../lib/responses/bodies.ts'
import { toApp } from '../lib/responses/response.ts'
import { changeStart, sendChanged } from '../lib/responsestart.ts'
import type { App, Middleware, SendMessage, StartChange } from '../lib/types.ts'
import { call, httpScope, websocketScope } from './support/scopes.ts'
import { responseOf } from './support/sent.ts'

const adder =
  (name: string, value = '1'): StartChange =>
  (message) => ({ ...message, headers: [...message.headers, name, value] })

const adding =
  (name: string, value = '1'): Middleware =>
  (app) =>
  (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const change = adder(name, value)
    return app(scope, receive, changeStart(scope, send, change))
  }

const failing: App = async () => {
  throw new Error('kaput')
}

/** What is sent until the app fails. */
async function sentBy(app: App, scope = httpScope()): Promise<SendMessage[]> {
  const sent: SendMessage[] = []
  const collect = async (message: SendMessage) => void sent.push(message)
  await app(scope, () => new Promise(() => {}), collect).catch(() => {})
  return sent
}

t.test('a response is changed on its way, other messages pass as they are', async (t) => {
  const body: SendMessage = { type: 'http.response.body', body: new Uint8Array(2) }
  const seen: unknown[] = []
  const send = changeStart(
    httpScope(),
    async (message) => void seen.push(message),
    (message) => ({ ...message, status: 201 }),
  )

  await send({ type: 'http.response.start', status: 200, headers: [] })
  await send(body)

  t.same(seen[0], { type: 'http.response.start', status: 201, headers: [] })
  t.equal(seen[1], body)
})

t.test('what send gives is given on', async (t) => {
  const done = Promise.resolve()
  const send = changeStart(
    httpScope(),
    () => done,
    (message) => message,
  )

  t.equal(send({ type: 'http.response.start', status: 200, headers: [] }), done)
  t.equal(send({ type: 'http.response.body' }), done)
})

t.test('the answer to a bug is changed too, innermost first', async (t) => {
  const app = errors()(adding('x-a', 'outer')(adding('x-a', 'inner')(failing)))

  const { status, headers } = responseOf(await sentBy(app))

  t.equal(status, 500)
  t.same(headers.getAll('x-a'), ['inner', 'outer'])
})

t.test('a response that was sent is changed once', async (t) => {
  const app = errors()(adding('x-a')(toApp(new PlainTextResponse('fine'), 'the test')))

  t.same(responseOf(await call(app)).headers.getAll('x-a'), ['1'])
})

t.test('an application inside another has its own answers', async (t) => {
  const inner = errors()(adding('x-inner')(failing))
  const app = errors()(adding('x-outer')(inner))

  const { headers } = responseOf(await sentBy(app))

  t.same(headers.getAll('x-inner'), ['1'])
  t.same(headers.getAll('x-outer'), ['1'])
})

t.test('the answer to an exception is changed by those inside of who answers', async (t) => {
  const refusing: App = () => Promise.reject(new HTTPException(403))
  const app = adding('x-a', 'outer')(exceptions()(adding('x-a', 'inner')(refusing)))

  for (const wrapped of [app, errors()(app)]) {
    const { status, headers } = responseOf(await call(wrapped))

    t.equal(status, 403)
    t.same(headers.getAll('x-a'), ['inner', 'outer'], 'each once')
  }
})

t.test('a bug that passes exceptions() is answered with all of them', async (t) => {
  const app = adding('x-a', 'outer')(exceptions()(adding('x-a', 'inner')(failing)))

  const { status, headers } = responseOf(await sentBy(errors()(app)))

  t.equal(status, 500)
  t.same(headers.getAll('x-a'), ['inner', 'outer'])
})

t.test('the refusal of a handshake is changed as a response is', async (t) => {
  const scope = websocketScope({ startChanges: [] })
  const change: StartChange = (message) => ({ ...adder('x-a')(message), status: 404 })
  const refusal: SendMessage = { type: 'websocket.http.response.start', status: 403, headers: [] }
  const seen: SendMessage[] = []
  const send = async (message: SendMessage) => void seen.push(message)

  await changeStart(scope, send, change)({ ...refusal, headers: [] })
  await sendChanged(scope.startChanges ?? [], send)({ ...refusal, headers: [] })

  const changed = { type: 'websocket.http.response.start', status: 404, headers: ['x-a', '1'] }
  t.same(seen, [changed, changed])
})

t.test('a copy of the scope changes nothing', async (t) => {
  const copying: Middleware = (app) => (scope, receive, send) => app({ ...scope }, receive, send)

  const { headers } = responseOf(await sentBy(errors()(copying(adding('x-a')(failing)))))

  t.same(headers.getAll('x-a'), ['1'])
})

t.test('a change that throws does not take the answer away', async (t) => {
  const bad: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const change = (): never => {
      throw new Error('the change is the bug')
    }
    return app(scope, receive, changeStart(scope, send, change))
  }
  const app = errors()(adding('x-a')(bad(toApp(new PlainTextResponse('fine'), 'the test'))))

  const { status, headers } = responseOf(await sentBy(app))

  t.equal(status, 500)
  t.same(headers.getAll('x-a'), ['1'])
})

t.test('only the start of a response is given the changes', async (t) => {
  const seen: SendMessage[] = []
  const send = sendChanged([{ send: async () => {}, change: adder('x-a') }], async (message) => {
    seen.push(message)
  })

  await send({ type: 'http.response.body' })

  t.same(seen, [{ type: 'http.response.body' }])
})

t.test('an answer has a header once, however often its app was called', async (t) => {
  const retrying: Middleware = (app) => async (scope, receive, send) => {
    for (let left = 2; left > 0; left--) {
      try {
        return await app(scope, receive, send)
      } catch {}
    }
    return app(scope, receive, send)
  }
  const middleware = [adding('x-outer'), retrying, adding('x-a', 'outer'), adding('x-a', 'inner')]
  const refusing: App = () => Promise.reject(new HTTPException(403))

  for (const end of [failing, refusing]) {
    const app = errors()(middleware.reduceRight((inner, wrap) => wrap(inner), end))

    const { headers } = responseOf(await sentBy(app))

    t.same(headers.getAll('x-outer'), ['1'])
    t.same(headers.getAll('x-a'), ['inner', 'outer'])
  }
})

t.test('a function that returns no message is told what to return', async (t) => {
  const forgetting = (() => undefined) as unknown as StartChange // as JavaScript may
  const send = changeStart(httpScope(), async () => {}, forgetting)

  t.throws(() => send({ type: 'http.response.start', status: 200, headers: [] }), {
    name: 'TypeError',
    message: /^changeStart: the function must return the message to send, undefined was returned/,
  })
})
