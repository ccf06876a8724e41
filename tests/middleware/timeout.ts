import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { UnsupportedProtocol } from '../../lib/exceptions.ts'
import { chain } from '../../lib/internal/apps.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { timeout } from '../../lib/middleware/timeout.ts'
import { Request } from '../../lib/requests.ts'
import { toApp } from '../../lib/responses/response.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { lint } from '../../lib/testing/lint.ts'
import { type App, SENT } from '../../lib/types.ts'
import { call, httpScope, receiving, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'
import { eventually, httpApp, listening, request } from '../support/sockets.ts'
import { assertUntouched } from '../support/untouched.ts'

const hello: App = toApp(new PlainTextResponse('hello'), 'the test')
const handling =
  (handle: (request: Request) => Promise<string>): App =>
  async (scope, receive, send) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    const text = await handle(new Request(scope, receive, send))
    await new PlainTextResponse(text).respond(scope, receive, send)
  }

async function run(app: App, options = {}, scope = {}): Promise<Sent> {
  const wrapped = chain(lint(), exceptions(), timeout({ ms: 20, ...options }), lint())(app)
  return responseOf(await call(wrapped, httpScope(scope)))
}

const timers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

t.test('an answer in time comes through, and no timer is left', async (t) => {
  const before = timers()

  t.equal((await run(hello, { ms: 60_000 })).text, 'hello')
  t.equal(
    (
      await run(
        handling(async () => 'late'),
        { ms: 60_000 },
      )
    ).text,
    'late',
  )
  await t.rejects(
    run(
      handling(async () => {
        throw new Error('kaput')
      }),
      { ms: 60_000 },
    ),
    /kaput/,
  )
  t.ok(timers() <= before)
})

t.test('one that is late is replaced by 503, and the signal aborts', async (t) => {
  const reasons: unknown[] = []
  const app = handling(async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    reasons.push(signal.reason)
    return 'too late'
  })
  const { status, text } = await run(app, {}, { onDisconnect: () => {} })

  t.same([status, text], [503, 'Service Unavailable'])
  t.match(reasons, [{ name: 'ClientDisconnected' }])
  t.equal(
    (await run(app, { status: 504 })).status,
    504,
    'where the server tells of no departure too',
  )
})

t.test('errors caused by the abort are expected and not logged; others are', async (t) => {
  const waiting = handling(async ({ signal }) => {
    await new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    )
    return ''
  })
  const failing = handling(async () => {
    await sleep(40)
    throw new Error('kaput')
  })

  t.equal((await run(waiting)).status, 503)
  await t.rejects(run(failing), /kaput/)
})

t.test('a pending receive gets a disconnect, then and later', async (t) => {
  const types: string[] = []
  const app = handling(async ({ receive }) => {
    for (let count = 0; count < 3; count++) types.push((await receive()).type)
    return ''
  })

  t.equal((await run(app)).status, 503)
  t.same(types, ['http.request', 'http.disconnect', 'http.disconnect'])
})

t.test('late listeners are called immediately, and none twice', async (t) => {
  const leave: (() => void)[] = []
  let told = 0
  const app: App = async (scope) => {
    if (scope.type !== 'http') return
    const { onDisconnect } = scope
    onDisconnect?.(() => told++)
    await sleep(40)
    onDisconnect?.(() => told++)
  }
  await run(app, {}, { onDisconnect: (listener: () => void) => leave.push(listener) })
  for (const listener of leave) listener()

  t.equal(told, 2)
})

t.test('a handler of 503 answers, with a client that is there', async (t) => {
  const handlers = [[503, () => new StreamingResponse(['sorry'], { status: 503 })]] as const
  const app = chain(exceptions(handlers), timeout({ ms: 10 }))(handling(() => sleep(30, 'late')))
  const { status, text } = responseOf(await call(app, httpScope({ onDisconnect: () => {} })))

  t.same([status, text], [503, 'sorry'])
})

t.test('a response that has started is cut', async (t) => {
  const app = httpApp(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (;;) {
      await send({ type: 'http.response.body', body: Buffer.from('tick'), moreBody: true })
      await sleep(5)
    }
  })
  const served = await listening(t, timeout({ ms: 50 })(app))
  const received = await served.talk(request('GET /'))

  t.match(received, /tick/)
  t.notMatch(received, /\r\n0\r\n\r\n$/)
  await eventually(() => served.errors.length > 0, 'the error')
  t.match(served.errors, [{ message: /^timeout: the response was not complete after 50 ms\./ }])
})

t.test('a stream may take longer, when only its start counts', async (t) => {
  async function* slowly(): AsyncGenerator<string> {
    for (const text of ['a', 'b']) {
      await sleep(30)
      yield text
    }
  }
  const app = (): App => toApp(new StreamingResponse(slowly()), 'the test')

  t.equal((await run(app(), { untilStart: true })).text, 'ab')
  await t.rejects(run(app()), /not complete after 20 ms/)
})

t.test('work in the background has as long as it likes', async (t) => {
  let done = false
  const background = async (): Promise<void> => {
    await sleep(40)
    done = true
  }

  t.equal((await run(toApp(new PlainTextResponse('a', { background }), 'the test'))).text, 'a')
  t.equal(done, true)
})

t.test('a disconnect listener that throws is logged, and the others are called', async (t) => {
  const lines = t.capture(console, 'error')
  const left: string[] = []
  const app: App = async (scope, receive) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    scope.onDisconnect?.(() => {
      throw new Error('no')
    })
    scope.onDisconnect?.(() => left.push('listener'))
    left.push((await receive()).type)
  }
  const pending = (): Promise<never> => new Promise(() => {})
  const sent: number[] = []

  await timeout({ ms: 20 })(app)(httpScope({ onDisconnect: () => {} }), pending, (message) => {
    if (message.type === 'http.response.start') sent.push(message.status)
    return SENT
  })

  t.strictSame(left, ['listener', 'http.disconnect'])
  t.strictSame(sent, [503])
  t.match(lines.args(), [['timeout: onDisconnect failed: Error: no']])
})

t.test('an app that is done costs no turn', async (t) => {
  t.equal(
    timeout({ ms: 1000 })(hello)(httpScope(), receiving([]), () => SENT),
    SENT,
  )
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, timeout({ ms: 1 }), websocketScope()),
)

t.test('invalid options throw at once', async (t) => {
  for (const ms of [0, -1, Number.NaN, 2 ** 31]) {
    t.throws(
      () => timeout({ ms }),
      /^timeout: ms must be a number of milliseconds up to 2147483647, /,
    )
  }
  const status = 500 as 503
  t.throws(() => timeout({ ms: 1, status }), {
    message: 'timeout: status must be 503 or 504, 500 was given. Choose one.',
  })
})
