import t, { type Test } from 'tap'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { limitFields, type RateLimitOptions, rateLimit } from '../../lib/middleware/ratelimit.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore, type Store, StoreUnavailable } from '../../lib/stores.ts'
import { type TestClient, type TestClientOptions, testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { answerToBug } from '../support/failing.ts'
import { call, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const app = Route('/', () => new PlainTextResponse('hello'))
const limits = [{ max: 2, seconds: 60 }]
const away = async (): Promise<never> => {
  throw new StoreUnavailable('gone')
}
const AWAY: Store = {
  get: away,
  set: away,
  setIfAbsent: away,
  delete: away,
  clear: away,
  touch: away,
  ttl: away,
  increment: away,
}

async function visitor(
  t: Test,
  options: RateLimitOptions,
  rest?: TestClientOptions,
): Promise<TestClient> {
  const client = await testClient(rateLimit(options)(app), rest)
  t.teardown(client.close)
  return client
}

async function statuses(client: TestClient, count: number): Promise<number[]> {
  const all: number[] = []
  for (let index = 0; index < count; index++) all.push((await client.get('/')).status)
  return all
}

t.test('answers 429 with Retry-After beyond the limit', async (t) => {
  let now = 0
  t.intercept(Date, 'now', { value: () => now })
  const client = await visitor(t, { limits })

  const first = await client.get('/')
  t.equal(first.headers.get('ratelimit-policy'), '"default-60";q=2;w=60')
  t.equal(first.headers.get('ratelimit'), '"default-60";r=1;t=60')
  t.equal(first.headers.get('retry-after'), null)
  now = 30_000
  t.equal((await client.get('/')).headers.get('ratelimit'), '"default-60";r=0;t=30')

  const refused = await client.get('/')
  t.equal(refused.status, 429)
  t.equal(await refused.text(), 'Too many requests. Try again in 60 s.')
  t.equal(refused.headers.get('retry-after'), '60')
  t.equal(refused.headers.get('ratelimit'), '"default-60";r=0;t=60')

  now += 59_000
  t.same(await statuses(client, 1), [429])
  now += 1000
  t.same(await statuses(client, 2), [200, 429], 'a refused request took nothing')
})

t.test('several windows apply at once', async (t) => {
  t.intercept(Date, 'now', { value: () => 0 })
  const client = await visitor(t, { limits: [...limits, { max: 3, seconds: 3600 }], name: 'all' })

  const response = await client.get('/')

  t.equal(response.headers.get('ratelimit-policy'), '"all-60";q=2;w=60, "all-3600";q=3;w=3600')
  t.equal(response.headers.get('ratelimit'), '"all-60";r=1;t=60, "all-3600";r=2;t=3600')
})

t.test('sends no fields with headers: false', async (t) => {
  const client = await visitor(t, { limits, headers: false })

  for (let count = 0; count < 3; count++) {
    const { headers } = await client.get('/')
    t.notOk(headers.has('ratelimit') || headers.has('ratelimit-policy'))
  }
  t.equal((await client.get('/')).headers.has('retry-after'), true)
})

// Advisory rows 33 and 97.
t.test('a client is identified by its address, whatever its fields are', async (t) => {
  const wrapped = rateLimit({ limits })(app)
  const from = async (host: string, headers = {}): Promise<number> => {
    await using client = await testClient(wrapped, { client: { host, port: 1 }, headers })
    return (await client.get('/')).status
  }

  t.equal(await from('192.0.2.1'), 200)
  t.equal(await from('::ffff:192.0.2.1', { 'x-forwarded-for': '198.51.100.1' }), 200)
  t.equal(await from('192.0.2.1', { 'x-forwarded-for': '198.51.100.2, 198.51.100.3' }), 429)
  t.equal(await from('192.0.2.1', { forwarded: 'for=198.51.100.4' }), 429)
  t.equal(await from('192.0.2.2'), 200)
  t.equal(await from('2001:db8::1'), 200)
  t.equal(await from('2001:db8::2'), 200)
  t.equal(await from('2001:db8::3'), 429)
  t.equal(await from('2001:db8:0:1::1'), 200)
})

t.test('a client without an address needs a key', async (t) => {
  const client = await visitor(t, { limits }, { client: null })

  await t.rejects(client.get('/'), {
    name: 'TypeError',
    message:
      'rateLimit: the client must have an address, none was given, as on a unix socket. Pass key.',
  })
})

t.test('the key can be chosen, and null means no limit', async (t) => {
  const client = await visitor(t, { limits, key: async ({ headers }) => headers.get('x-user') })
  const by = async (headers: Record<string, string>): Promise<number> =>
    (await client.get('/', { headers })).status

  for (let count = 0; count < 2; count++) t.equal(await by({ 'x-user': 'ada' }), 200)
  t.equal(await by({ 'x-user': 'ada' }), 429)
  t.equal(await by({ 'x-user': 'grace' }), 200)
  for (let count = 0; count < 3; count++) t.equal(await by({}), 200)
})

t.test('a request may cost more, or nothing, but not more than the limit', async (t) => {
  const cost: RateLimitOptions['cost'] = ({ queryParams }) => Number(queryParams.get('cost'))
  const client = await visitor(t, { limits, cost })
  const status = async (value: unknown): Promise<number> =>
    (await client.get(`/?cost=${value}`)).status

  t.equal(await status(0), 200)
  t.equal(await status(2), 200)
  t.equal(await status(0), 200)
  t.equal(await status(1), 429)
  for (const wrong of [3, -1, 0.5, Number.NaN]) {
    await t.rejects(status(wrong), {
      name: 'RangeError',
      message: `rateLimit: the cost must be an integer from 0 to 2, or the request could never pass, ${wrong} was given. Raise max.`,
    })
  }
})

t.test('limits with the same name and store count together', async (t) => {
  const store = memoryStore()
  const one = await visitor(t, { limits, store, name: 'shared' })
  const two = await visitor(t, { limits, store, name: 'shared' })
  const other = await visitor(t, { limits, store, name: 'other' })

  t.same(await statuses(one, 1), [200])
  t.same(await statuses(two, 2), [200, 429])
  t.same(await statuses(one, 1), [429])
  t.same(await statuses(other, 1), [200])
})

t.test('an error of the store fails the request, or follows the option', async (t) => {
  const errors: unknown[] = []
  const asked = (answer: boolean) => async (error: unknown) => {
    errors.push(error)
    return answer
  }
  const common = { limits, store: AWAY, name: 'a' }

  const refused = await (await visitor(t, common)).get('/')
  t.equal(refused.status, 503)
  t.equal(refused.headers.get('retry-after'), '1')
  t.equal(await refused.text(), 'The service is unavailable for a moment.')
  const key = async (): Promise<never> => Promise.reject(new Error('a bug'))
  await t.rejects((await visitor(t, { ...common, key })).get('/'), /a bug/)
  const open = await visitor(t, { ...common, onStoreError: asked(true) })
  t.equal((await open.get('/')).status, 200)
  const closed = await (await visitor(t, { ...common, onStoreError: asked(false) })).get('/')
  t.equal(closed.status, 503)
  t.equal(await closed.text(), 'The service is unavailable for a moment.')
  t.match(errors, [{ name: 'StoreUnavailable' }, { name: 'StoreUnavailable' }])
})

t.test('a handler of 429 answers, and its response has the fields', async (t) => {
  const handlers = [[429, () => new PlainTextResponse('slowly', { status: 429 })]] as const
  const client = await testClient(exceptions(handlers)(rateLimit({ limits })(app)))
  t.teardown(client.close)
  await statuses(client, 2)

  const response = await client.get('/')

  t.equal(await response.text(), 'slowly')
  t.match(response.headers.get('ratelimit'), /^"default-60";r=0;t=\d+$/)
})

t.test('the answer to a bug has the fields too', async (t) => {
  const { status, headers } = await answerToBug(rateLimit({ limits }))

  t.equal(status, 500)
  t.equal(headers.getAll('ratelimit-policy').length, 1)
  t.match(headers.get('ratelimit'), /^"default-60";r=1;t=\d+$/)
})

t.test('a handshake counts as a request', async (t) => {
  const accepting: App = async (_scope, _receive, send) => {
    await send({ type: 'websocket.accept' })
  }
  const wrapped = rateLimit({ limits: [{ max: 1, seconds: 86_400 * 365 }] })(accepting)

  t.same(await call(wrapped, websocketScope()), [{ type: 'websocket.accept' }])
  t.match(await call(wrapped, websocketScope()), [
    { type: 'websocket.http.response.start', status: 429 },
    { type: 'websocket.http.response.body' },
  ])
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, rateLimit({ limits })))

t.test('the fields of limits that were not checked', async (t) => {
  t.same(limitFields({ limits }, []), [
    'ratelimit-policy',
    '"default-60";q=2;w=60',
    'ratelimit',
    '',
  ])
})

t.test('invalid options throw at once', async (t) => {
  for (const [max, seconds] of [
    [0, 60],
    [1.5, 60],
    [10, 0],
    [10, 0.5],
    [Number.POSITIVE_INFINITY, 60],
  ] as const) {
    t.throws(() => rateLimit({ limits: [{ max, seconds }] }), {
      name: 'RangeError',
      message: `rateLimit: max and seconds must be integers over 0, [${max}, ${seconds}] was given. Write limits: [{ max: 100, seconds: 60 }].`,
    })
  }
  t.throws(() => rateLimit({ limits: [] }), {
    name: 'RangeError',
    message:
      'rateLimit: limits must be one or more, with different seconds, [] was given. Write limits: [{ max: 100, seconds: 60 }].',
  })
  t.throws(
    () => rateLimit({ limits: [...limits, ...limits] }),
    /different seconds, \[60, 60\] was given/,
  )
  t.throws(() => rateLimit({ limits, store: memoryStore() }), {
    name: 'TypeError',
    message: 'rateLimit: a store needs a name, undefined was given. Pass name, such as "login".',
  })
  for (const onStoreError of ['allow', 5, null]) {
    t.throws(() => rateLimit({ limits, ...({ onStoreError } as object) }), {
      name: 'TypeError',
      message: `rateLimit: onStoreError must be a function, ${JSON.stringify(onStoreError)} was given. Write () => true to let requests pass.`,
    })
  }
  t.throws(() => rateLimit({ limits, key: 'user' as never }), /key must be a function, "user" was/)
  t.throws(() => rateLimit({ limits, cost: 5 as never }), /cost must be a function, 5 was given/)
  t.throws(() => rateLimit({ limits, name: 'a b' }), {
    name: 'TypeError',
    message:
      'rateLimit: a name must be made of letters, digits, "-" and "_", "a b" was given. Choose another.',
  })
})
