import t from 'tap'
import { shown } from '../lib/internal/checks.ts'
import { type Lifespan, runLifespan } from '../lib/lifespan.ts'
import { PlainTextResponse } from '../lib/responses/bodies.ts'
import { Route } from '../lib/routing/route.ts'
import { Router } from '../lib/routing/router.ts'
import { testClient } from '../lib/testing/client.ts'
import type { App, LifespanScope, SendMessage } from '../lib/types.ts'
import { lifespanScope, receiving } from './support/scopes.ts'

interface Outcome {
  sent: SendMessage[]
  scope: LifespanScope
  error: unknown
}

const app: App = async () => {}

/** Runs a lifespan from startup to shutdown, as a server does. */
async function run(
  lifespan: Lifespan<unknown> | undefined,
  scope: LifespanScope = lifespanScope(),
): Promise<Outcome> {
  const sent: SendMessage[] = []
  const receive = receiving([{ type: 'lifespan.startup' }, { type: 'lifespan.shutdown' }])
  const send = async (message: SendMessage): Promise<void> => {
    sent.push(message)
  }
  const error = await runLifespan(lifespan, app, scope, receive, send).catch((error) => error)
  return { sent, scope, error }
}

const COMPLETE = [{ type: 'lifespan.startup.complete' }, { type: 'lifespan.shutdown.complete' }]

// LS-9
t.test('completes immediately if there is nothing to run', async (t) => {
  const { sent, scope, error } = await run(undefined)

  t.strictSame(sent, COMPLETE)
  t.strictSame(scope.state, {})
  t.equal(error, undefined)
})

// LS-1
t.test('starts before the yield and stops after it, with the state between', async (t) => {
  const seen: unknown[] = []
  const { sent, scope, error } = await run(async function* (given) {
    seen.push(given === app ? 'startup' : 'another app')
    yield { db: 'open' }
    seen.push('shutdown')
  })

  t.strictSame(seen, ['startup', 'shutdown'])
  t.strictSame(sent, COMPLETE)
  t.strictSame(scope.state, { db: 'open' })
  t.equal(error, undefined)
})

t.test('adds to the state that the server keeps, and does not replace it', async (t) => {
  const state = { server: 1 }
  const { scope } = await run(
    async function* () {
      yield { db: 2 }
    },
    { ...lifespanScope(), state },
  )

  t.equal(scope.state, state)
  t.strictSame(state, { server: 1, db: 2 })
})

for (const value of [undefined, null]) {
  t.test(`yields no state with ${value}, even if the server has one`, async (t) => {
    const { type, asgi } = lifespanScope()
    const { sent } = await run(
      async function* () {
        yield value
      },
      { type, asgi },
    )

    t.strictSame(sent, COMPLETE)
  })
}

t.test('waits for the shutdown between start and stop', async (t) => {
  const sent: string[] = []
  const receive = receiving([{ type: 'lifespan.startup' }])
  const started = new Promise<void>((resolve) => {
    const send = async (message: SendMessage): Promise<void> => {
      sent.push(message.type)
      resolve()
    }
    void runLifespan(undefined, app, lifespanScope(), receive, send)
  })

  await started
  await new Promise((resolve) => setTimeout(resolve, 5))

  t.strictSame(sent, ['lifespan.startup.complete'])
})

t.test('a lifespan that ends without yielding has no shutdown', async (t) => {
  const { sent, error } = await run(async function* () {})

  t.strictSame(sent, COMPLETE)
  t.equal(error, undefined)
})

// LS-4
t.test('an error before the yield fails the startup, with its stack', async (t) => {
  const kaput = new Error('kaput')
  // biome-ignore lint/correctness/useYield: it does not come so far
  const { sent, error } = await run(async function* () {
    throw kaput
  })

  t.strictSame(sent, [{ type: 'lifespan.startup.failed', message: kaput.stack }])
  t.match(kaput.stack, /kaput\n +at /)
  t.equal(error, kaput)
})

t.test('an error after the yield fails the shutdown, with its stack', async (t) => {
  const kaput = new Error('kaput')
  const { sent, error } = await run(async function* () {
    yield
    throw kaput
  })

  t.strictSame(sent, [COMPLETE[0], { type: 'lifespan.shutdown.failed', message: kaput.stack }])
  t.equal(error, kaput)
})

t.test('a thrown value need not be an Error', async (t) => {
  const bare = Object.assign(new Error('bare'), { stack: undefined })
  for (const [thrown, message] of [
    ['text', 'text'],
    [bare, 'Error: bare'],
  ]) {
    // biome-ignore format: short
    // biome-ignore lint/correctness/useYield: it does not come so far
    const { sent, error } = await run(async function* () {
      throw thrown
    })

    t.strictSame(sent, [{ type: 'lifespan.startup.failed', message }])
    t.equal(error, thrown)
  }
})

for (const value of ['text', 7, true, () => {}]) {
  t.test(`a lifespan that yields a ${typeof value} fails to start, and is closed`, async (t) => {
    let closed = false
    const { sent, error } = await run(async function* () {
      try {
        yield value
      } finally {
        closed = true
      }
    })

    t.match(sent, [{ type: 'lifespan.startup.failed', message: /^TypeError: lifespan: it must/ }])
    t.match(error, {
      name: 'TypeError',
      message: `lifespan: it must yield an object or nothing, ${shown(value)} was given. Write yield { name: value }.`,
    })
    t.ok(closed)
  })
}

// LS-3
t.test('yielding a state needs a server with state', async (t) => {
  const { type, asgi } = lifespanScope()
  const { sent, error } = await run(
    async function* () {
      yield { db: 1 }
    },
    { type, asgi },
  )

  t.equal(sent.length, 1)
  t.match(error, {
    name: 'TypeError',
    message: 'lifespan: the server does not support "state" in the lifespan scope. Yield nothing.',
  })
})

t.test('a second yield fails the shutdown, and the generator is closed', async (t) => {
  let closed = false
  const { sent, error } = await run(async function* () {
    yield
    try {
      yield
    } finally {
      closed = true
    }
  })

  t.match(sent, [COMPLETE[0], { type: 'lifespan.shutdown.failed', message: /yielded again/ }])
  t.match(error, {
    name: 'TypeError',
    message:
      'lifespan: it must yield once, but it yielded again. The code after the first yield is the shutdown.',
  })
  t.ok(closed)
})

t.test('an error while closing does not hide the first error', async (t) => {
  const { error } = await run(async function* () {
    try {
      yield 'text'
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: that is the case
      throw new Error('later')
    }
  })

  t.match(error, { message: /^lifespan: it must yield an object/ })
})

// LS-2
t.test('every request has its own state object, with shared values', async (t) => {
  const shared = { count: 0 }
  const router = Router(
    [
      Route('/', (request) => {
        const state = request.state as { name: string; shared: { count: number } }
        state.name += '!'
        state.shared.count++
        return new PlainTextResponse(`${state.name} ${state.shared.count}`)
      }),
    ],
    {
      lifespan: async function* () {
        yield { name: 'hello', shared }
      },
    },
  )
  await using client = await testClient(router)

  t.equal(await (await client.get('/')).text(), 'hello! 1')
  t.equal(await (await client.get('/')).text(), 'hello! 2')
})

t.test('a lifespan that is not a generator fails the startup with advice', async (t) => {
  // Without types, a plain async function is easily passed.
  const plain = (async () => ({ name: 'hello' })) as unknown as Lifespan
  const router = Router([], { lifespan: plain })

  const error = await testClient(router).catch((thrown: Error) => thrown)

  t.match(error, { cause: { message: /it must be an async generator function/ } })
})
