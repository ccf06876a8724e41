import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { StreamingResponse } from '../../../lib/responses.ts'
import { type ExchangeOptions, exchange } from '../../../lib/testing/client/exchange.ts'
import type { App, SendMessage } from '../../../lib/types.ts'
import { ticks } from '../../support/leaving.ts'
import { httpScope } from '../../support/scopes.ts'

const encoder = new TextEncoder()
const START: SendMessage = { type: 'http.response.start', status: 200, headers: [] }

function run(app: App, options: Partial<ExchangeOptions> = {}) {
  return exchange({
    app,
    scope: httpScope(),
    body: null,
    signals: [],
    raiseServerExceptions: true,
    ...options,
  })
}

/** Sends these messages, each awaited. */
function sending(...messages: readonly SendMessage[]): App {
  return async (_scope, _receive, send) => {
    for (const message of messages) await send(message)
  }
}

function body(text: string, moreBody = false): SendMessage {
  return { type: 'http.response.body', body: encoder.encode(text), moreBody }
}

function streamed(log: string[], options = {}): App {
  return (...channels) => new StreamingResponse(ticks(log), options).respond(...channels)
}

t.test('returns the whole response of an app', async (t) => {
  const headers = ['x-a', '1', 'x-a', '2', 'set-cookie', 'a=1', 'set-cookie', 'b=2']
  const response = await run(sending({ ...START, status: 201, headers } as SendMessage, body('é')))

  t.equal(response.status, 201)
  t.equal(response.headers.get('x-a'), '1, 2')
  t.same(response.headers.getSetCookie(), ['a=1', 'b=2'])
  t.equal(response.headers.has('content-type'), false)
  t.equal(await response.text(), 'é')
})

t.test('has no body for statuses without one: TC-15', async (t) => {
  const cases = [
    { method: 'HEAD', status: 200 },
    { method: 'GET', status: 204 },
    { method: 'GET', status: 304 },
  ]
  for (const { method, status } of cases) {
    for (const parts of [[body('a')], [body('a', true), body('b')]]) {
      const app = sending({ ...START, status } as SendMessage, ...parts)
      const response = await run(app, { scope: httpScope({ method }) })
      t.equal(response.status, status)
      t.equal(response.body, null)
    }
  }
})

t.test('returns trailers, early hints and debug information', async (t) => {
  const app = sending(
    { type: 'http.response.debug', info: { a: 1 } },
    { ...START, trailers: true } as SendMessage,
    { type: 'http.response.early_hint', links: ['</a>; rel=preload'] },
    body('a'),
    { type: 'http.response.trailers', headers: ['x-a', '1'], moreTrailers: true },
    { type: 'http.response.trailers', headers: ['x-b', '2'] },
  )
  const response = await run(app)

  t.equal(await response.text(), 'a')
  t.same(response.trailers.list, ['x-a', '1', 'x-b', '2'])
  t.same(response.earlyHints, ['</a>; rel=preload'])
  t.same(response.debug, { a: 1 })
})

t.test('streams each part on demand: advisory 99', async (t) => {
  const log: string[] = []
  const response = await run(streamed(log))
  const reader = response.body?.getReader()
  for (let tick = 0; tick < 5; tick++) {
    t.equal(new TextDecoder().decode((await reader?.read())?.value), String(tick))
  }

  await turn()
  t.ok(log.length <= 7, `${log.length} made for 5 read`)
  await reader?.cancel()
  await turn()
  t.equal(log.at(-1), 'stopped')
})

t.test('an error of the app', async (t) => {
  const cases: [string, App, RegExp][] = [
    ['a second start', sending(START, START), /start: out of place, the response has started/],
    ['a body before it', sending(body('a')), /body: out of place, the response has not/],
    [
      'another message',
      sending({ type: 'lifespan.startup.complete' }),
      /complete: out of place, it is not a message/,
    ],
    ['no response', sending(), /the app ended without a response/],
    ['no end', sending(START), /ended before its response was complete\. Is a last body/],
    [
      'a header',
      sending({ ...START, headers: ['a b', ''] } as SendMessage),
      /a name must consist of .*, "a b" was sent/,
    ],
    ['a status', sending({ ...START, status: 99 } as SendMessage, body('')), /99|status/],
  ]
  for (const [name, app, message] of cases) t.test(name, async (t) => t.rejects(run(app), message))

  t.test('is a 500 if errors are not thrown: TC-3', async (t) => {
    for (const app of [sending(), sending(START), () => Promise.reject(new Error('kaput'))]) {
      const response = await run(app, { raiseServerExceptions: false })
      t.equal(response.status, 500)
      t.equal(await response.text(), 'Internal Server Error')
    }
  })

  t.test('aborts a body that has started', async (t) => {
    for (const raiseServerExceptions of [true, false]) {
      const response = await run(sending(START, body('a', true)), { raiseServerExceptions })
      await t.rejects(response.text(), /ended before its response was complete/)
    }
  })
})

t.test('a forgotten await does not end the process', async (t) => {
  const app: App = async (_scope, _receive, send) => {
    send(body('too early'))
    send(START)
    send(body('a'))
    send(body('too late'))
  }
  t.equal(await (await run(app)).text(), 'a')
  await turn()
})

t.test('background work is part of the response', async (t) => {
  const failing =
    (...messages: SendMessage[]): App =>
    async (...channels) => {
      await sending(...messages)(...channels)
      await turn()
      throw new Error('kaput')
    }
  const whole = failing(START, body('a'))
  const parts = failing(START, body('a', true), body('b'))

  await t.rejects(run(whole), /kaput/)
  await t.rejects((await run(parts)).text(), /kaput/, 'who reads a stream hears of it, too')
  for (const app of [whole, parts]) {
    t.match(await (await run(app, { raiseServerExceptions: false })).text(), /^ab?$/)
  }
})

t.test('receive', async (t) => {
  t.test('returns the body as it was sent, then waits for the end of the response', async (t) => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const text of ['a', 'b']) controller.enqueue(encoder.encode(text))
        controller.close()
      },
    })
    const received: unknown[] = []
    const app: App = async (_scope, receive, send) => {
      for (let part = 0; part < 3; part++) received.push(await receive())
      const last = receive()
      await sending(START, body(''))(_scope, receive, send)
      received.push(await last, await receive())
    }
    await run(app, { body: stream })

    t.same(received, [
      { type: 'http.request', body: encoder.encode('a'), moreBody: true },
      { type: 'http.request', body: encoder.encode('b'), moreBody: true },
      { type: 'http.request', body: new Uint8Array(0), moreBody: false },
      { type: 'http.disconnect' },
      { type: 'http.disconnect' },
    ])
  })

  t.test('reports unread parts of the body', async (t) => {
    let cancelled = 0
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encoder.encode('a')),
      cancel: () => {
        cancelled++
        throw new Error('of no interest')
      },
    })
    await run(sending(START, body('')), { body: stream })
    t.equal(cancelled, 1)
  })
})

t.test('when the test disconnects', async (t) => {
  /** Listens in every way, and waits until it is notified. */
  const listening = (told: string[]): App => {
    return async (scope, receive, send) => {
      if (scope.type !== 'http') return
      scope.onDisconnect?.(() => told.push('listener'))
      await send(START)
      await receive()
      const { type } = await receive()
      told.push(type)
      await send(body('a')).catch((error) => told.push(error.name))
      scope.onDisconnect?.(() => told.push('at once'))
    }
  }

  t.test('by a signal, it gets the reason, and the app gets the disconnect', async (t) => {
    const told: string[] = []
    const controller = new AbortController()
    const response = run(listening(told), { signals: [controller.signal] })
    await turn()

    controller.abort(new Error('enough'))
    await t.rejects(response, /enough/)
    await turn()
    t.same(told, ['listener', 'http.disconnect', 'ClientDisconnected', 'at once'])
  })

  t.test('before the start, the app is not called', async (t) => {
    let called = 0
    const app: App = async () => {
      called++
    }
    await t.rejects(run(app, { signals: [AbortSignal.abort(new Error('enough'))] }), /enough/)
    t.equal(called, 0)
  })

  t.test('no listener stays on the signal: advisory 101', async (t) => {
    const signal = new AbortController().signal
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--
      removeEventListener.apply(signal, args)
    }
    await run(sending(START, body('')), { signals: [signal] })
    t.equal(listeners, 0)
  })

  t.test('while a part is unread, its send is rejected', async (t) => {
    const errors: unknown[] = []
    const app: App = async (_scope, _receive, send) => {
      await send(START)
      const waiting = [send(body('a', true)), send(body('b', true))]
      for (const one of waiting) await one.catch((error) => errors.push(error))
    }
    const response = await run(app)
    await response.body?.cancel()
    await turn()
    t.same(errors, [new ClientDisconnected(), new ClientDisconnected()])
  })

  t.test('while the app waits for the body, receive returns a disconnect', async (t) => {
    const told: string[] = []
    const controller = new AbortController()
    const app: App = async (_scope, receive) => {
      told.push((await receive()).type)
    }
    const response = run(app, { signals: [controller.signal], body: new ReadableStream() })
    await turn()
    controller.abort(new Error('enough'))

    await t.rejects(response, /enough/)
    await turn()
    t.same(told, ['http.disconnect'])
  })

  t.test('in the middle of a stream, the reader gets the reason', async (t) => {
    const log: string[] = []
    const controller = new AbortController()
    const response = await run(streamed(log, { background: () => log.push('background') }), {
      signals: [controller.signal],
    })
    controller.abort(new Error('enough'))

    await t.rejects(response.text(), /enough/)
    await turn()
    t.same(log.slice(-2), ['stopped', 'background'])
  })
})
