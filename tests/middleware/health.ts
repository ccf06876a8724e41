import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { type HealthOptions, health, judge, respond } from '../../lib/middleware/health.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const router = Router([Route('/', () => new PlainTextResponse('home'))])

async function probe(options: HealthOptions, path: string, method = 'GET') {
  await using client = await testClient(health(options)(router))
  const response = await client.request(method, path)
  const text = await response.text()
  return { status: response.status, text, headers: response.headers }
}

t.test('is alive while it answers', async (t) => {
  const checks = { never: () => false }
  const { status, text, headers } = await probe({ checks }, '/livez')

  t.equal(status, 200)
  t.equal(text, '{"status":"ok"}')
  t.equal(headers.get('cache-control'), 'no-store')
  t.match(await probe({ details: true }, '/livez'), { text: '{"status":"ok"}' })
})

t.test('is ready when all checks pass', async (t) => {
  t.match(await probe({}, '/readyz'), { status: 200, text: '{"status":"ok"}' })
  t.match(await probe({ checks: { db: async () => 1 } }, '/readyz'), {
    status: 200,
    text: '{"status":"ok","checks":{"db":"ok"}}',
  })
})

t.test('names failed checks, without their messages', async (t) => {
  const checks = {
    db: () => Promise.reject(new Error('password of db.internal refused')),
    cache: () => new Promise(() => {}),
    disk: () => true,
  }

  t.match(await probe({ checks, timeoutMs: 20 }, '/readyz'), {
    status: 503,
    text: '{"status":"failing","checks":{"db":"failed","cache":"timeout","disk":"ok"}}',
  })
})

t.test('a check may take any time if timeoutMs is too long for a timer', async (t) => {
  const checks = { db: () => setTimeout(20, true) }
  for (const timeoutMs of [2 ** 31, Number.POSITIVE_INFINITY]) {
    t.match(await probe({ checks, timeoutMs }, '/readyz'), { status: 200 })
  }
})

t.test('shows details on request', async (t) => {
  const checks = {
    db: () => Promise.reject(new Error('refused')),
    odd: () => Promise.reject('text'),
    disk: () => true,
  }

  const { status, text } = await probe({ checks, details: true }, '/readyz')

  t.equal(status, 503)
  const { lag, checks: found } = JSON.parse(text)
  t.type(lag, 'number')
  t.match(found, {
    db: { status: 'failed', error: 'refused' },
    odd: { status: 'failed', error: 'text' },
    disk: { status: 'ok' },
  })
  t.type(found.disk.duration, 'number')
  t.notOk('error' in found.disk)
})

t.test('is not ready while the event loop is blocked', async (t) => {
  const late = judge(['a'], [{ status: 'ok', duration: 1 }], 1001, 1000)

  t.equal(late.ready, false)
  t.equal(respond(late, false).status, 503)
  t.equal(judge([], [], 1000, 1000).ready, true)
})

t.test('is not ready when it is about to stop', async (t) => {
  const controller = new AbortController()
  const options = { signal: controller.signal, maxAgeMs: 60_000 }
  await using client = await testClient(health(options)(router))

  t.equal((await client.get('/readyz')).status, 200)
  controller.abort()
  t.equal((await client.get('/readyz')).status, 503)
  t.equal((await client.get('/livez')).status, 200)
})

t.test('many probes share one check', async (t) => {
  let calls = 0
  const checks = { db: () => ++calls }
  await using client = await testClient(health({ checks })(router))

  await Promise.all(Array.from({ length: 8 }, () => client.get('/readyz')))
  await client.get('/readyz')

  t.equal(calls, 1)
})

t.test('answers only its two paths, and only GET and HEAD', async (t) => {
  t.match(await probe({}, '/'), { status: 200, text: 'home' })
  t.match(await probe({}, '/livez/'), { status: 404 })
  t.match(await probe({ livePath: '/up', readyPath: '/go' }, '/livez'), { status: 404 })
  t.match(await probe({ livePath: '/up', readyPath: '/go' }, '/up'), { status: 200 })
  t.match(await probe({ livePath: '/up', readyPath: '/go' }, '/go'), { status: 200 })
  t.match(await probe({}, '/readyz', 'HEAD'), { status: 200, text: '' })
  const { status, headers } = await probe({}, '/readyz', 'POST')
  t.equal(status, 405)
  t.equal(headers.get('allow'), 'GET, HEAD')
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, health(), websocketScope({ path: '/livez' })),
)

t.test('invalid options throw at once', async (t) => {
  t.throws(
    () => health({ checks: { db: 'up' as never } }),
    /^health: the check "db" must be a function, "up" was given/,
  )
  for (const path of ['livez', '', 7]) {
    t.throws(() => health({ livePath: path as never }), /^health: a path must begin with "\/"/)
    t.throws(() => health({ readyPath: path as never }), /^health: a path must begin with "\/"/)
  }
  t.throws(() => health({ livePath: '/readyz' }), /^health: livePath and readyPath must differ/)
  for (const name of ['timeoutMs', 'maxAgeMs', 'maxLagMs']) {
    for (const value of [-1, Number.NaN, '5']) {
      t.throws(() => health({ [name]: value }), new RegExp(`^health: ${name} must be a number of`))
    }
  }
})
