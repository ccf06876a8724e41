import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { ExceptionHandlers } from '../../lib/errors/handlers.ts'
import { ClientDisconnected, HTTPException } from '../../lib/exceptions.ts'
import { chain } from '../../lib/internal/apps.ts'
import { type ErrorsOptions, errors } from '../../lib/middleware/errors.ts'
import { Request } from '../../lib/requests.ts'
import { HTMLResponse, PlainTextResponse } from '../../lib/responses/bodies.ts'
import { Route } from '../../lib/routing/route.ts'
import { testClient } from '../../lib/testing/client.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, Scope, SendMessage } from '../../lib/types.ts'
import { httpScope, lifespanScope, receiving, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const bug = new Error('kaput')
const throwing =
  (error: unknown): App =>
  async () => {
    throw error
  }
const startThenThrow: App = async (_scope, _receive, send) => {
  await send({ type: 'http.response.start', status: 200, headers: [] })
  throw bug
}

/** What an app inside `errors()` answers, and what it throws; `Nothing` when it does not throw. */
async function run(app: App, options?: ErrorsOptions, scope: Scope = httpScope()) {
  const sent: SendMessage[] = []
  let thrown: unknown = 'Nothing'
  const wrapped = chain(lint(), errors(options))(app)
  const send = async (message: SendMessage): Promise<void> => {
    sent.push(message)
  }
  try {
    await wrapped(scope, receiving([]), send)
  } catch (error) {
    thrown = error
  }
  let status = 0
  let text = ''
  for (const message of sent) {
    if (message.type === 'http.response.start') status = message.status
    if (message.type === 'http.response.body') text += new TextDecoder().decode(message.body)
  }
  return { sent, thrown, status, text }
}

t.test('MW-ERR-1: a bug becomes a 500 without details, and is rethrown', async (t) => {
  const { thrown, status, text } = await run(throwing(new Error('db password is s3cret')))

  t.equal(status, 500)
  t.equal(text, 'Internal Server Error')
  t.match(thrown, { message: 'db password is s3cret' })
})

t.test('any thrown value is answered, and rethrown', async (t) => {
  for (const error of [undefined, null, 0, 'text', Symbol('x')]) {
    const { thrown, status } = await run(throwing(error))

    t.equal(status, 500)
    t.equal(thrown, error)
  }
})

t.test('an app that throws synchronously is treated the same', async (t) => {
  const { thrown, status } = await run(() => {
    throw bug
  })

  t.equal(status, 500)
  t.equal(thrown, bug)
})

t.test('an app without an error is not changed', async (t) => {
  const { thrown, text } = await run((scope, receive, send) =>
    new PlainTextResponse('fine').respond(scope, receive, send),
  )

  t.equal(text, 'fine')
  t.equal(thrown, 'Nothing')
})

t.test('MW-ERR-2: no second response is sent, and the bug is rethrown', async (t) => {
  for (const debug of [false, true]) {
    const { sent, thrown } = await run(startThenThrow, { debug })

    t.same(
      sent.map(({ type }) => type),
      ['http.response.start'],
    )
    t.equal(thrown, bug)
  }
})

t.test('a message for the test client does not start a response', async (t) => {
  const scope = httpScope({ extensions: { 'http.response.debug': {} } })
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.debug', info: {} })
    throw bug
  }

  const { status, thrown } = await run(app, {}, scope)

  t.equal(status, 500)
  t.equal(thrown, bug)
})

t.test('MW-ERR-3: with debug, the error is shown', async (t) => {
  const html = httpScope({ headers: ['accept', 'text/html'] })

  t.match((await run(throwing(bug), { debug: true })).text, /^Error: kaput\n\s+at /)
  t.match((await run(throwing(bug), { debug: true }, html)).text, /<h1>Error: kaput<\/h1>/)
})

t.test('MW-ERR-8: debug takes precedence over a handler', async (t) => {
  const handlers = [[500, () => new PlainTextResponse('mine')]] as const

  t.match((await run(throwing(bug), { debug: true, handlers })).text, /^Error: kaput/)
})

// Advisory row 114.
t.test('without debug, no details of the error or the request are shown', async (t) => {
  const scope = httpScope({ path: '/<script>', headers: ['accept', 'text/html', 'x-a', '<b>'] })

  t.equal((await run(throwing(bug), {}, scope)).text, 'Internal Server Error')
})

t.test('MW-ERR-4, MW-ERR-6: handlers of 500 or of Error answer bugs', async (t) => {
  for (const key of [500, Error]) {
    for (const later of [false, true]) {
      const seen: unknown[] = []
      const handle = (request: Request, error: Error) => {
        seen.push(request, error)
        const answer = new HTMLResponse('sorry', { status: 503 })
        return later ? Promise.resolve(answer) : answer
      }

      const { status, text, thrown } = await run(throwing(bug), { handlers: [[key, handle]] })

      t.equal(status, 503)
      t.equal(text, 'sorry')
      t.equal(thrown, bug)
      t.ok(seen[0] instanceof Request)
      t.equal(seen[1], bug)
    }
  }
})

t.test('a handler may answer with an app', async (t) => {
  const app: App = (scope, receive, send) =>
    new PlainTextResponse('app').respond(scope, receive, send)

  t.equal((await run(throwing(bug), { handlers: [[500, () => app]] })).text, 'app')
})

t.test('MW-ERR-4: the handler of bugs is called after the start too', async (t) => {
  const seen: unknown[] = []
  const handle = (_request: Request, error: Error) => {
    seen.push(error)
    return new PlainTextResponse('too late')
  }

  const { sent, thrown } = await run(startThenThrow, { handlers: [[500, handle]] })

  t.same(seen, [bug])
  t.equal(sent.length, 1)
  t.equal(thrown, bug)
})

t.test('a handler that returns nothing, or throws, does not hide the bug', async (t) => {
  const nothing = (() => undefined) as unknown as () => PlainTextResponse
  const worse = new Error('worse')
  const handle = (): never => {
    throw worse
  }

  t.match((await run(throwing(bug), { handlers: [[500, nothing]] })).thrown, {
    message:
      /the handler of 500 failed \(.*must return a Response or an App, but returned undefined/,
    errors: [{ name: 'TypeError' }, bug],
  })
  t.match((await run(throwing(bug), { handlers: [[500, handle]] })).thrown, {
    message: /^exceptionHandlers: the handler of 500 failed \(worse\), called for another error \(/,
    errors: [worse, bug],
  })
  const { thrown } = await run(throwing('a mere text'), { handlers: [[500, handle]] })
  t.match(thrown, { message: /called for another error \(a mere text\)\.$/ })
})

t.test('exceptions with a handler are answered, and not rethrown', async (t) => {
  const teapot = await run(throwing(new HTTPException(418)))
  const handlers = new ExceptionHandlers([[RangeError, () => new PlainTextResponse('range')]])
  const range = await run(throwing(new RangeError('x')), { handlers })

  t.equal(teapot.status, 418)
  t.equal(teapot.text, "I'm a teapot")
  t.equal(teapot.thrown, 'Nothing')
  t.equal(range.text, 'range')
  t.equal(range.thrown, 'Nothing')
})

t.test('EX-18: HTTPException(500) is an answer, not a bug', async (t) => {
  const handlers = [[500, () => new PlainTextResponse('for bugs')]] as const

  const { status, text, thrown } = await run(throwing(new HTTPException(500, 'mine')), { handlers })

  t.equal(status, 500)
  t.equal(text, 'mine')
  t.equal(thrown, 'Nothing')
})

t.test('an error of a handler is a bug, which the handler of bugs answers', async (t) => {
  const handlers = [
    [
      RangeError,
      (): never => {
        throw bug
      },
    ],
    [500, (_request: Request, error: Error) => new PlainTextResponse(error.message)],
  ] as const

  const { text, thrown } = await run(throwing(new RangeError('x')), { handlers })

  t.equal(text, 'kaput')
  t.equal(thrown, bug)
})

t.test('a bug is rethrown, even after a disconnect', async (t) => {
  const gone = errors()(throwing(bug))
  const departed = (): Promise<void> => Promise.reject(new ClientDisconnected())

  await t.rejects(gone(httpScope(), receiving([]), departed), bug)
})

t.test('a disconnected client gets no response', async (t) => {
  const gone = new ClientDisconnected()
  const { sent, thrown } = await run(throwing(gone), {
    handlers: [[500, () => new PlainTextResponse('sorry')]],
  })

  t.same(sent, [])
  t.equal(thrown, gone)
})

t.test('handlers of an inner application do not answer for the outer one', async (t) => {
  const inner = errors({ handlers: [[RangeError, () => new PlainTextResponse('inner')]] })
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'http') await inner(async () => {})({ ...scope }, receive, send)
    if (scope.type === 'http') scope.exceptionHandlers = new ExceptionHandlers()
    throw new RangeError('x')
  }

  const { text } = await run(app, {
    handlers: [[RangeError, () => new PlainTextResponse('outer')]],
  })

  t.equal(text, 'outer')
})

t.test('MW-ERR-5: bugs in websockets and in the lifespan are passed on', async (t) => {
  const websocket = await run(throwing(bug), { debug: true }, websocketScope())
  const lifespan = await run(throwing(bug), { debug: true }, lifespanScope())

  for (const { sent, thrown } of [websocket, lifespan]) {
    t.same(sent, [])
    t.equal(thrown, bug)
  }
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, errors()))

t.test('background work that fails does not change the response', async (t) => {
  const background = (): never => {
    throw bug
  }
  const seen: unknown[] = []
  const handle = (_request: unknown, error: unknown): PlainTextResponse => {
    seen.push(error)
    return new PlainTextResponse('dropped')
  }
  const app = Application({
    routes: [Route('/', () => new PlainTextResponse('done', { background }))],
    exceptionHandlers: [[500, handle]],
  })
  const client = await testClient(app, { raiseServerExceptions: false })
  t.teardown(client.close)

  const response = await client.get('/')

  t.equal(response.status, 200)
  t.equal(await response.text(), 'done')
  t.same(seen, [bug])
})
