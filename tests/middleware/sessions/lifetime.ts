// Idle and absolute timeouts, as OWASP's cheat sheet on session management asks for.
import t from 'tap'
import { type SessionsOptions, sessions } from '../../../lib/middleware/sessions.ts'
import { memoryStore } from '../../../lib/stores.ts'
import { testClient } from '../../../lib/testing/client.ts'
import { app } from '../../support/sessionapp.ts'

const secret = 'example of a secret with 32 bytes or more'

/** Calls `run` with a function that moves the clock by seconds. */
async function withClock(run: (pass: (seconds: number) => void) => Promise<void>): Promise<void> {
  const { now } = Date
  let passed = 0
  Date.now = () => now() + passed * 1000
  try {
    await run((seconds) => {
      passed += seconds
    })
  } finally {
    Date.now = now
  }
}

const KINDS: Readonly<Record<string, () => SessionsOptions>> = {
  cookie: () => ({ secret }),
  store: () => ({ store: memoryStore() }),
}

for (const [kind, options] of Object.entries(KINDS)) {
  t.test(`rolling makes maxAge an idle timeout (${kind})`, async (t) => {
    await withClock(async (pass) => {
      const middleware = sessions({ ...options(), maxAge: 1000, rolling: true })
      await using client = await testClient(middleware(app))
      await client.get('/add')
      for (let count = 0; count < 5; count++) {
        pass(600)
        t.same(await (await client.get('/show')).json(), { list: [0] })
      }
      pass(1100)
      t.same(await (await client.get('/show')).json(), {})
    })
  })

  t.test(`maxLifetime is an absolute timeout, however often it is used (${kind})`, async (t) => {
    await withClock(async (pass) => {
      const middleware = sessions({ ...options(), maxAge: 1000, maxLifetime: 1500, rolling: true })
      await using client = await testClient(middleware(app))
      await client.get('/add')
      for (const count of [1, 2]) {
        pass(700)
        t.equal(((await (await client.get('/add')).json()) as { list: [] }).list.length, count + 1)
      }
      pass(200)
      t.same(await (await client.get('/show')).json(), {})
    })
  })

  t.test(`a session with a new id has a new lifetime (${kind})`, async (t) => {
    await withClock(async (pass) => {
      const middleware = sessions({ ...options(), maxAge: 2000, maxLifetime: 1000 })
      await using client = await testClient(middleware(app))
      await client.get('/add')
      pass(700)
      await client.get('/login')
      pass(700)
      t.match(await (await client.get('/show')).json(), { user: 'ada' })
      pass(700)
      t.same(await (await client.get('/show')).json(), {})
    })
  })
}

t.test('the cookie ends with the lifetime', async (t) => {
  await withClock(async (pass) => {
    const middleware = sessions({ secret, maxAge: 1000, maxLifetime: 1200 })
    await using client = await testClient(middleware(app))
    const ageOf = async (): Promise<string | undefined> =>
      /Max-Age=(\d+)/.exec((await client.get('/add')).headers.get('set-cookie') ?? '')?.[1]
    t.equal(await ageOf(), '1000')
    pass(500)
    t.match(await ageOf(), /^(?:700|699)$/)
  })
})

t.test('it must be a number of seconds', async (t) => {
  for (const maxLifetime of [0, -1, 1.5, Number.NaN]) {
    t.throws(() => sessions({ secret, maxLifetime }), /maxLifetime must be an integer of seconds/)
  }
})
