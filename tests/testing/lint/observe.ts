import t from 'tap'
import { ClientDisconnected, ProtocolError } from '../../../lib/exceptions.ts'
import { LintError } from '../../../lib/testing/lint/faults.ts'
import { httpProtocol } from '../../../lib/testing/lint/http.ts'
import { observe } from '../../../lib/testing/lint/observe.ts'
import { websocketProtocol } from '../../../lib/testing/lint/websocket.ts'
import {
  type App,
  type ReceiveMessage,
  SENT,
  type Send,
  type SendMessage,
} from '../../../lib/types.ts'
import { body, errorOf, REQUEST, run, start } from '../../support/observed.ts'
import { httpScope, receiving, websocketScope } from '../../support/scopes.ts'

const later: Send = () => new Promise((resolve) => setTimeout(resolve, 1))
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

t.test('passes scope, messages and promises by reference', async (t) => {
  const scope = httpScope()
  const promises = [SENT, Promise.resolve()]
  const sent: SendMessage[] = []
  const messages = [start(), body()]
  const seen: unknown[] = []

  await run(
    async (given, receive, send) => {
      seen.push(given, await receive())
      for (const message of messages) {
        const promise = send(message)
        seen.push(promise)
        await promise
      }
    },
    {
      scope,
      send: (message) => {
        sent.push(message)
        return promises[sent.length - 1] ?? SENT
      },
    },
  )

  t.equal(seen[0], scope)
  t.equal(seen[1], REQUEST)
  t.equal(seen[2], promises[0])
  t.equal(seen[3], promises[1])
  t.equal(sent[0], messages[0])
  t.equal(sent[1], messages[1])
})

t.test('SENT needs no await, and any other promise does', async (t) => {
  const hasty: App = async (_scope, _receive, send) => {
    send(start())
    await send(body())
  }

  t.equal(await errorOf(run(hasty)), undefined)
  t.match(await errorOf(run(hasty, { send: later })), {
    name: 'LintError',
    message:
      /body: out of place, http\.response\.start was not accepted yet\. Probably a missing await/,
  })
  t.match(await errorOf(run(hasty, { send: async () => {} })), { name: 'LintError' })
})

t.test('an app that awaits, or returns, its last message is fine', async (t) => {
  const awaiting: App = async (_scope, _receive, send) => {
    await send(start())
    await send(body())
  }
  const returning: App = (_scope, _receive, send) => send(start()).then(() => send(body()))

  for (const app of [awaiting, returning]) {
    for (const send of [later, async () => {}]) {
      t.equal(await errorOf(run(app, { send })), undefined)
    }
  }
})

t.test('an app that ends while its last message waits is a fault', async (t) => {
  const app: App = async (_scope, _receive, send) => {
    await send(start())
    send(body())
  }

  t.match(await errorOf(run(app, { send: later })), {
    message: /resolved before its last message was accepted \(http\.response\.body\)/,
  })
})

t.test('messages of an open websocket may overtake each other', async (t) => {
  const scope = websocketScope()
  const talk =
    (first: Promise<void> | undefined): App =>
    async (_scope, _receive, send) => {
      const accepted = send({ type: 'websocket.accept' })
      await (first ?? accepted)
      await Promise.all([
        send({ type: 'websocket.send', text: 'a' }),
        send({ type: 'websocket.send', text: 'b' }),
      ])
    }
  const call = (app: App) =>
    errorOf(observe(websocketProtocol(scope), app, scope, receiving([]), later))

  t.equal(await call(talk(undefined)), undefined)
  t.match(await call(talk(Promise.resolve())), {
    message: /websocket\.send: out of place, websocket\.accept was not accepted yet/,
  })
})

t.test('a fault rejects the send, and its message is dropped', async (t) => {
  const sent: SendMessage[] = []
  let fault: unknown
  const app: App = async (_scope, _receive, send) => {
    fault = await errorOf(send(body()))
    await send(start())
    await send(body())
  }

  const error = await errorOf(
    run(app, {
      send: async (message) => {
        sent.push(message)
      },
    }),
  )

  t.ok(fault instanceof LintError)
  t.equal(error, fault, 'it is remembered')
  t.same(
    sent.map(({ type }) => type),
    ['http.response.start', 'http.response.body'],
  )
})

t.test('the first fault is reported', async (t) => {
  const app: App = async (_scope, _receive, send) => {
    send(body())
    send(start())
    send(start())
  }

  t.match(await errorOf(run(app)), { message: /it came before http\.response\.start/ })
})

t.test('a forgotten await of a faulty message does not end the process', async (t) => {
  const rejections: unknown[] = []
  const listener = (error: unknown): void => {
    rejections.push(error)
  }
  process.on('unhandledRejection', listener)
  t.teardown(() => process.off('unhandledRejection', listener))

  await errorOf(
    run(
      async (_scope, receive, send) => {
        send(body())
        receive()
      },
      { messages: [{ type: 'websocket.connect' }] },
    ),
  )
  await tick()

  t.same(rejections, [])
})

t.test('a rejection of the server passes, and its message does not count', async (t) => {
  const refusal = new ProtocolError('not this one')
  let refusals = 1
  const send: Send = () => (refusals-- > 0 ? Promise.reject(refusal) : SENT)
  const again: App = async (_scope, _receive, send) => {
    t.equal(await errorOf(send(start())), refusal)
    await send(start())
    await send(body())
  }

  t.equal(await errorOf(run(again, { send })), undefined)
})

t.test('a faulty message of the server rejects receive, and is reported', async (t) => {
  let fault: unknown
  const app: App = async (_scope, receive, send) => {
    fault = await errorOf(receive())
    await send(start())
    await send(body())
  }

  const error = await errorOf(run(app, { messages: [{ type: 'websocket.connect' }] }))

  t.match(fault, { name: 'LintError', message: /the server sent "websocket\.connect"/ })
  t.equal(error, fault)
})

t.test('an error of receive passes unchanged', async (t) => {
  const gone = new ClientDisconnected()
  const app: App = async (_scope, receive) => {
    await receive()
  }
  const scope = httpScope()
  const failing = () => Promise.reject(gone)

  const error = await errorOf(observe(httpProtocol(scope), app, scope, failing, () => SENT))

  t.equal(error, gone)
})

t.test('receive after a websocket has closed throws before it is called', async (t) => {
  const scope = websocketScope()
  let calls = 0
  const messages: ReceiveMessage[] = [
    { type: 'websocket.connect' },
    { type: 'websocket.disconnect', code: 1001, reason: '' },
  ]
  const app: App = async (_scope, receive) => {
    for (let count = 0; count < 3; count++) await receive()
  }

  const error = await errorOf(
    observe(
      websocketProtocol(scope),
      app,
      scope,
      async () => messages[calls++] ?? { type: 'websocket.connect' },
      () => SENT,
    ),
  )

  t.match(error, { message: /receive was called after websocket\.disconnect/ })
  t.equal(calls, 2)
})

t.test('apps, send and receive must return promises', async (t) => {
  // These break the types on purpose, as programs in JavaScript do.
  const nothing = (() => {}) as unknown as () => Promise<never>
  const sending: App = async (_scope, _receive, send) => {
    await send(start())
  }
  const reading: App = async (_scope, receive) => {
    await receive()
  }
  const scope = httpScope()

  t.match(await errorOf(run(nothing)), {
    message:
      'lint: the app must return a promise, undefined was returned. Is a return missing in a middleware?',
  })
  t.match(await errorOf(run(sending, { send: nothing })), {
    message: /^lint: the server's send must return a promise, undefined was returned/,
  })
  t.match(await errorOf(observe(httpProtocol(scope), reading, scope, nothing, () => SENT)), {
    message: /^lint: the server's receive must return a promise, undefined was returned/,
  })
})

t.test('reports a value that is not a message', async (t) => {
  const wrong = 'http.response.start' as unknown as SendMessage
  const app: App = (_scope, _receive, send) => send(wrong)

  t.match(await errorOf(run(app)), {
    message: /^lint: a message that is sent must be an object with a "type", "http\.response\.st/,
  })
  t.match(
    await errorOf(
      run(async (_scope, receive) => void (await receive()), {
        messages: [{} as unknown as ReceiveMessage],
      }),
    ),
    { message: /^lint: a message that the server gives must be an object with a "type"/ },
  )
})
