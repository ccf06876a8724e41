import t from 'tap'
import { ClientDisconnected } from '../../../../lib/exceptions.ts'
import { lint } from '../../../../lib/testing/lint.ts'
import {
  type App,
  type ReceiveMessage,
  SENT,
  type Send,
  type SendMessage,
} from '../../../../lib/types.ts'
import { body, errorOf, run, start } from '../../../support/observed.ts'
import { httpScope, receiving, websocketScope } from '../../../support/scopes.ts'

const GONE: ReceiveMessage = { type: 'http.disconnect' }

t.test('an error of the app is not changed', async (t) => {
  const own = new Error('kaput')
  const cases: App[] = [
    async () => {
      throw own
    },
    async (_scope, _receive, send) => {
      await send(start())
      throw own
    },
    async (_scope, _receive, send) => {
      send(body())
      throw own
    },
    () => {
      throw own
    },
  ]

  for (const app of cases) t.equal(await errorOf(run(app)), own)
})

t.test('an incomplete response is reported at the end', async (t) => {
  t.match(await errorOf(run(async () => {})), { message: /resolved without any response/ })
  t.match(await errorOf(run((_scope, _receive, send) => send(start()))), {
    message: /before its response was complete \(last message: http\.response\.start with/,
  })
})

t.test('nothing is missing after a disconnect', async (t) => {
  const gone = new ClientDisconnected()
  const leaving: App = async (_scope, _receive, send) => {
    await send(start())
    t.equal(await errorOf(send(body(true))), gone)
    t.equal(await errorOf(send(start())), gone, 'what comes now goes to the server')
  }
  let sends = 0
  const refusing: Send = () => (sends++ > 0 ? Promise.reject(gone) : SENT)
  t.equal(await errorOf(run(leaving, { send: refusing })), undefined)

  const throwing: App = async (_scope, _receive, send) => {
    t.equal(await errorOf(send(start())), gone)
  }
  const sync: Send = () => {
    throw gone
  }
  t.equal(await errorOf(run(throwing, { send: sync })), undefined)

  const reading: App = async (_scope, receive, send) => {
    await send(start())
    await receive()
  }
  t.equal(await errorOf(run(reading, { messages: [GONE] })), undefined)
})

t.test('a disconnect that a listener of the app gets counts', async (t) => {
  const listeners: (() => void)[] = []
  const scope = httpScope({
    onDisconnect: (listener) => {
      listeners.push(listener)
    },
  })
  const app: App = async (_scope, _receive, send) => {
    await send(start())
    for (const listener of listeners) listener()
  }

  t.equal(await errorOf(run(app, { scope })), undefined)
})

t.test('a message after the end is refused', async (t) => {
  const sent: SendMessage[] = []
  let late: Send = () => SENT
  await run(
    async (_scope, _receive, send) => {
      late = send
      await send(start())
      await send(body())
    },
    {
      send: async (message) => {
        sent.push(message)
      },
    },
  )

  t.match(await errorOf(late(body())), {
    message:
      /^lint: http\.response\.body: out of place, the app had ended before\. Probably a miss/,
  })
  t.equal(sent.length, 2)
})

t.test('a disconnect of a websocket counts too', async (t) => {
  const listeners: (() => void)[] = []
  const scope = websocketScope({
    onDisconnect: (listener) => {
      listeners.push(listener)
    },
  })
  const leaving: App = async () => {
    for (const listener of listeners) listener()
  }

  t.equal(await errorOf(lint()(leaving)(scope, receiving([]), async () => {})), undefined)
})
