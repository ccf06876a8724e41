import t from 'tap'
import { UnsupportedProtocol } from '../../lib/exceptions.ts'
import { startLifespan } from '../../lib/lifespan/start.ts'
import { runLifespan } from '../../lib/lifespan.ts'
import type { App, SendMessage } from '../../lib/types.ts'

/** Takes part in the lifespan and notes it. */
const noting =
  (seen: unknown[]): App =>
  async (scope, receive, send) => {
    seen.push(scope, (await receive()).type)
    await send({ type: 'lifespan.startup.complete' })
    seen.push((await receive()).type)
    await send({ type: 'lifespan.shutdown.complete' })
    seen.push('returned')
  }

const forever = (): Promise<never> => new Promise(() => {})

t.test('starts an app and stops it', async (t) => {
  const seen: unknown[] = []

  const { state, stop } = await startLifespan(noting(seen))
  const before = seen.slice()
  await stop()

  const scope = { type: 'lifespan', asgi: { version: '3.0', specVersion: '2.0' }, state: {} }
  t.strictSame(before, [scope, 'lifespan.startup'])
  t.strictSame(seen, [scope, 'lifespan.startup', 'lifespan.shutdown', 'returned'])
  t.strictSame(state, {})
})

t.test('keeps the state of the app', async (t) => {
  const { state, stop } = await startLifespan((scope, receive, send) =>
    runLifespan(
      async function* () {
        yield { db: 'open' }
      },
      async () => {},
      scope as Parameters<typeof runLifespan>[2],
      receive,
      send,
    ),
  )

  t.strictSame(state, { db: 'open' })
  await stop()
})

t.test('waits until the app has sent startup.complete', async (t) => {
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  let ready = false
  const starting = startLifespan(async (_scope, receive, send) => {
    await receive()
    await gate
    await send({ type: 'lifespan.startup.complete' })
    await receive()
  }).then((started) => {
    ready = true
    return started
  })

  await new Promise((resolve) => setTimeout(resolve, 5))
  t.notOk(ready)
  open()
  await (await starting).stop()
  t.ok(ready)
})

t.test('an app may end after its startup without a shutdown message', async (t) => {
  const { state, stop } = await startLifespan(async (_scope, receive, send) => {
    await receive()
    await send({ type: 'lifespan.startup.complete' })
  })

  t.strictSame(state, {})
  await stop()
})

t.test('stopping twice stops once', async (t) => {
  const seen: unknown[] = []
  const { stop } = await startLifespan(noting(seen))

  await Promise.all([stop(), stop()])
  await stop()

  t.equal(seen.filter((word) => word === 'lifespan.shutdown').length, 1)
})

t.test('off: the app is not called', async (t) => {
  const { state, stop } = await startLifespan(() => {
    throw new Error('it was called')
  }, 'off')

  t.equal(state, undefined)
  await stop()
})

const without: [title: string, app: App][] = [
  ['throws UnsupportedProtocol', (scope) => Promise.reject(new UnsupportedProtocol(scope.type))],
  [
    'throws UnsupportedProtocol after it received',
    async (scope, receive) => {
      await receive()
      throw new UnsupportedProtocol(scope.type)
    },
  ],
  ['throws before it receives', () => Promise.reject(new TypeError('scope.path is undefined'))],
  [
    'throws without being async',
    () => {
      throw new TypeError('scope.path is undefined')
    },
  ],
  ['returns without a word', async () => {}],
  [
    'receives and returns without a word',
    async (_scope, receive) => {
      await receive()
    },
  ],
]

for (const [title, app] of without) {
  t.test(`auto: an app that ${title} is treated as one without a lifespan`, async (t) => {
    const { state, stop } = await startLifespan(app)

    t.equal(state, undefined)
    await stop()
  })

  t.test(`on: an app that ${title} throws`, async (t) => {
    await t.rejects(startLifespan(app, 'on'), {
      message:
        "lifespan: the mode is 'on', but the app has no lifespan. Give it one, or serve it with lifespan: 'auto'.",
    })
  })
}

t.test('on: the error of an app without lifespan is the cause', async (t) => {
  const error = new TypeError('scope.path is undefined')

  await t.rejects(
    startLifespan(() => Promise.reject(error), 'on'),
    { cause: error },
  )
})

for (const mode of ['auto', 'on'] as const) {
  t.test(`${mode}: an error after the first receive is a failed start`, async (t) => {
    const error = new Error('no database')
    const app: App = async (_scope, receive) => {
      await receive()
      throw error
    }

    await t.rejects(startLifespan(app, mode), {
      message: 'lifespan: the startup failed. See the cause.',
      cause: error,
    })
  })

  // LS-4
  t.test(`${mode}: a failed start has the message and the error of the app`, async (t) => {
    const error = new Error('no database')
    const app: App = async (_scope, receive, send) => {
      await receive()
      await send({ type: 'lifespan.startup.failed', message: 'cannot connect' })
      throw error
    }

    await t.rejects(startLifespan(app, mode), {
      message: 'lifespan: the startup failed. cannot connect',
      cause: error,
    })
  })
}

t.test('a failed start needs neither message nor error, and need not end', async (t) => {
  const app: App = async (_scope, receive, send) => {
    await receive()
    await send({ type: 'lifespan.startup.failed' })
    await forever()
  }

  const error = await startLifespan(app).catch((error) => error)

  t.equal(error.message, 'lifespan: the startup failed. ')
  t.equal(error.cause, undefined)
})

t.test('a failed shutdown rejects with message and error of the app', async (t) => {
  const error = new Error('still busy')
  const { stop } = await startLifespan(async (_scope, receive, send) => {
    await receive()
    await send({ type: 'lifespan.startup.complete' })
    await receive()
    await send({ type: 'lifespan.shutdown.failed', message: 'cannot close' })
    throw error
  })

  await t.rejects(stop(), {
    message: 'lifespan: the shutdown failed. cannot close',
    cause: error,
  })
})

t.test('a failed shutdown does not need a message', async (t) => {
  const { stop } = await startLifespan(async (_scope, receive, send) => {
    await receive()
    await send({ type: 'lifespan.startup.complete' })
    await receive()
    await send({ type: 'lifespan.shutdown.failed' })
  })

  await t.rejects(stop(), { message: 'lifespan: the shutdown failed. ' })
})

t.test('an app that throws during shutdown fails it too', async (t) => {
  const error = new RangeError('still busy')
  const { stop } = await startLifespan(async (_scope, receive, send) => {
    await receive()
    await send({ type: 'lifespan.startup.complete' })
    throw error
  })

  await t.rejects(stop(), {
    message: 'lifespan: the shutdown failed. RangeError: still busy',
    cause: error,
  })
})

t.test('an error after the last message is thrown', async (t) => {
  const error = new Error('late')
  const { stop } = await startLifespan(async (_scope, receive, send) => {
    await receive()
    await send({ type: 'lifespan.startup.complete' })
    await receive()
    await send({ type: 'lifespan.shutdown.complete' })
    throw error
  })

  await t.rejects(stop(), { cause: error })
})

t.test('a message of another protocol throws, and the start fails', async (t) => {
  const message: SendMessage = { type: 'http.response.start', status: 200, headers: [] }
  const app: App = async (_scope, receive, send) => {
    await receive()
    await send(message)
  }

  await t.rejects(startLifespan(app), {
    message: 'lifespan: the startup failed. See the cause.',
    cause: {
      name: 'ProtocolError',
      message:
        'lifespan: "http.response.start" was sent on a lifespan scope. Throw UnsupportedProtocol for scope types that the app does not serve.',
    },
  })
})

t.test('an app that answers every scope in the same way has no lifespan', async (t) => {
  const { state } = await startLifespan(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
  })

  t.equal(state, undefined)
})
