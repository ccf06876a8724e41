// Runs alone: measures the memory of its process.
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { InnerCall } from '../../../lib/authoring/httpmiddleware/innercall.ts'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { Request } from '../../../lib/requests.ts'
import { PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import type { App, HTTPScope, Receive, ReceiveMessage, SendMessage } from '../../../lib/types.ts'
import { buffersComeBelow } from '../../support/gc.ts'
import { ticks } from '../../support/leaving.ts'
import { httpScope, receiving } from '../../support/scopes.ts'

const DISCONNECT: ReceiveMessage = { type: 'http.disconnect' }

function requestOf(
  overrides: Partial<HTTPScope> = {},
  receive: Receive = receiving([]),
  sent: SendMessage[] = [],
): Request {
  return new Request(httpScope(overrides), receive, async (message) => {
    sent.push(message)
  })
}

/** Sends the response of a passage on, and gives what was sent. */
async function passOn(passage: InnerCall): Promise<SendMessage[]> {
  const sent: SendMessage[] = []
  const response = await passage.response
  await response.respond(httpScope(), receiving([]), async (message) => {
    sent.push(message)
  })
  return sent
}

t.test('is the response of the app, and its body waits until it is sent', async (t) => {
  const log: string[] = []
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 201, headers: ['x-a', '1'] })
    log.push('started')
    await send({ type: 'http.response.body', body: Uint8Array.of(1) })
    log.push('sent')
  }
  const passage = new InnerCall(app, requestOf())

  const response = await passage.response
  response.headers.set('x-b', '2')
  response.status = 202
  await turn()
  t.same(log, ['started'])

  t.same(await passOn(passage), [
    { type: 'http.response.start', status: 202, headers: ['x-a', '1', 'x-b', '2'] },
    { type: 'http.response.body', body: Uint8Array.of(1) },
  ])
  t.same(log, ['started', 'sent'])
  await passage.finish()
})

t.test('keeps other keys of the start, and passes trailers and files: MW-BASE-17', async (t) => {
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [], trailers: true })
    await send({ type: 'http.response.early_hint', links: ['</a>; rel=preload'] })
    await send({ type: 'http.response.pathsend', path: '/tmp/a' })
    await send({ type: 'http.response.trailers', headers: ['x-b', '1'] })
  }

  t.same(await passOn(new InnerCall(app, requestOf())), [
    { type: 'http.response.start', status: 200, headers: [], trailers: true },
    { type: 'http.response.early_hint', links: ['</a>; rel=preload'] },
    { type: 'http.response.pathsend', path: '/tmp/a' },
    { type: 'http.response.trailers', headers: ['x-b', '1'] },
  ])
})

t.test('sends messages before the start directly: MW-BASE-17', async (t) => {
  const sent: SendMessage[] = []
  const debug: SendMessage = { type: 'http.response.debug', info: { a: 1 } }
  const app: App = async (scope, receive, send) => {
    await send(debug)
    await send({ type: 'http.response.body' }) // a mistake, which the server answers
    await new PlainTextResponse('a').respond(scope, receive, send)
    await send(debug)
  }
  const passage = new InnerCall(app, requestOf({}, receiving([]), sent))
  await passOn(passage)

  t.same(sent, [debug, { type: 'http.response.body' }, debug])
})

t.test('rejects with the error of the app before the start: MW-BASE-4', async (t) => {
  const cause = new Error('the reason')
  const error = new Error('kaput', { cause })
  const passage = new InnerCall(() => Promise.reject(error), requestOf())

  await t.rejects(passage.response, error)
  passage.abandon()
  await t.resolves(passage.finish(), 'which is not thrown once more')
})

t.test('rejects when the app ends without a response: MW-BASE-6', async (t) => {
  const passage = new InnerCall(async () => {}, requestOf())
  await t.rejects(passage.response, /^httpMiddleware: the inner app must send a response/)
})

t.test('throws errors of the app after the body: MW-BASE-5', async (t) => {
  const app: App = async (scope, receive, send) => {
    await new PlainTextResponse('a').respond(scope, receive, send)
    throw new Error('kaput')
  }
  await t.rejects(passOn(new InnerCall(app, requestOf())), /kaput/)
})

t.test('when it is abandoned', async (t) => {
  t.test(
    'send rejects and receive returns a disconnect, every time: MW-BASE-3, MW-BASE-12',
    async (t) => {
      const received: string[] = []
      const errors: unknown[] = []
      const app: App = async (scope, receive, send) => {
        const waiting = receive()
        await send({ type: 'http.response.start', status: 200, headers: [] })
        await send({ type: 'http.response.body' }).catch((error) => errors.push(error))
        received.push((await waiting).type, (await receive()).type, (await receive()).type)
        await send({ type: 'http.response.body' }).catch((error) => errors.push(error))
        if (scope.type === 'http') scope.onDisconnect?.(() => received.push('told at once'))
      }
      const passage = new InnerCall(app, requestOf())
      await passage.response

      passage.abandon()
      await passage.finish()

      t.same(received, ['http.disconnect', 'http.disconnect', 'http.disconnect', 'told at once'])
      t.same(errors, [new ClientDisconnected(), new ClientDisconnected()])
    },
  )

  t.test('a generator of the inner app is stopped, and listeners are called once', async (t) => {
    const log: string[] = []
    const listeners: (() => void)[] = []
    const app: App = (scope, receive, send) => {
      if (scope.type === 'http') scope.onDisconnect?.(() => log.push('told'))
      return new StreamingResponse(ticks(log)).respond(scope, receive, send)
    }
    const onDisconnect = (listener: () => void) => listeners.push(listener)
    const passage = new InnerCall(app, requestOf({ onDisconnect }))
    await passage.response
    await turn()

    passage.abandon()
    for (const listener of listeners) listener() // the client goes, too
    await passage.finish()

    t.same(log, ['made 0', 'told', 'stopped'])
  })

  t.test('errors that were not observed are thrown at the end', async (t) => {
    const app =
      (starts: boolean): App =>
      async (_scope, receive, send) => {
        if (starts) await send({ type: 'http.response.start', status: 200, headers: [] })
        await receive()
        throw new Error('kaput')
      }
    for (const starts of [true, false]) {
      const passage = new InnerCall(app(starts), requestOf())
      await turn()
      passage.abandon()
      await t.rejects(passage.finish(), /kaput/)
    }
  })

  t.test('a forgotten await does not end the process', async (t) => {
    const app: App = async (_scope, receive, send) => {
      send({ type: 'http.response.start', status: 200, headers: [] })
      send({ type: 'http.response.body' })
      await receive()
      send({ type: 'http.response.body' })
    }
    const passage = new InnerCall(app, requestOf())
    await passage.response

    passage.abandon()
    await t.resolves(passage.finish())
    await turn()
  })

  t.test('a response that is being sent stays unchanged', async (t) => {
    const passage = new InnerCall(
      (scope, receive, send) => new StreamingResponse(['a']).respond(scope, receive, send),
      requestOf(),
    )
    const sending = passOn(passage)
    await passage.response
    await null
    passage.abandon()

    t.equal((await sending).length, 3)
  })
})

t.test('a start that cannot be sent rejects in the inner app', async (t) => {
  const log: string[] = []
  const passage = new InnerCall(
    (scope, receive, send) =>
      new StreamingResponse(ticks(log), { background: () => log.push('background') }).respond(
        scope,
        receive,
        send,
      ),
    requestOf(),
  )
  const response = await passage.response

  const gone = new ClientDisconnected()
  await t.rejects(
    response.respond(httpScope(), receiving([]), () => Promise.reject(gone)),
    gone,
  )
  await turn()
  t.same(log, ['made 0', 'stopped', 'background'])

  const swallowing = new InnerCall(async (scope, receive, send) => {
    await new PlainTextResponse('a').respond(scope, receive, send).catch(() => {})
  }, requestOf())
  const other = await swallowing.response
  await t.rejects(
    other.respond(httpScope(), receiving([]), () => Promise.reject(gone)),
    gone,
    'also when the app says nothing',
  )
})

t.test('a disconnect of the client reaches the app: MW-BASE-11', async (t) => {
  const listeners: (() => void)[] = []
  let told = 0
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'http') scope.onDisconnect?.(() => told++)
    await new PlainTextResponse('a').respond(scope, receive, send)
    t.same(await receive(), DISCONNECT)
  }
  const onDisconnect = (listener: () => void) => listeners.push(listener)
  const passage = new InnerCall(app, requestOf({ onDisconnect }, receiving([DISCONNECT])))

  for (const listener of listeners) listener()
  await passOn(passage)
  t.equal(told, 1)
})

t.test('keeps no parts in memory after they were sent: advisory 101', async (t) => {
  const size = 1_000_000
  let parts = 200
  const receive: Receive = async () => {
    parts--
    return { type: 'http.request', body: new Uint8Array(size), moreBody: parts > 0 }
  }
  const app: App = async (scope, receiveNext, send) => {
    for (let more = true; more; ) {
      const message = await receiveNext()
      more = message.type === 'http.request' && message.moreBody
    }
    t.ok(await buffersComeBelow(50 * size))
    await new PlainTextResponse('a').respond(scope, receiveNext, send)
  }
  await passOn(new InnerCall(app, requestOf({}, receive)))
})

t.test('throws errors of receive', async (t) => {
  const app: App = async (_scope, receive) => {
    await receive()
  }
  const passage = new InnerCall(
    app,
    requestOf({}, () => Promise.reject(new Error('kaput'))),
  )
  await t.rejects(passage.response, /kaput/)
})

t.test('shows routing results when it starts, ends or throws, then removes them', async (t) => {
  const route: App = async () => {}
  const finding: App = async (scope, receive, send) => {
    if (scope.type !== 'http') return
    scope.route = route
    if (scope.method === 'GET') await new PlainTextResponse('a').respond(scope, receive, send)
  }
  const throwing: App = async (scope) => {
    if (scope.type === 'http') scope.route = route
    throw new Error('kaput')
  }

  for (const app of [finding, throwing]) {
    const request = requestOf()
    const passage = new InnerCall(app, request)
    await passage.response.catch(() => {})
    t.equal(request.scope.route, route)
    passage.forget()
    t.equal('route' in request.scope, false)
  }
})
