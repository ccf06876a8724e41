import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { labelsOf, metrics } from '../../lib/middleware/metrics.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const users = Router([Route('/{id:int}', () => new PlainTextResponse('hello'))])

t.test('counts by method, route and status', async (t) => {
  const counted = metrics({ buckets: [5], skip: ({ path }) => path === '/metrics' })
  const boom = (): never => {
    throw new Error('kaput')
  }
  const app = Application({
    middleware: [counted],
    routes: [Mount('/users', users), Route('/boom', boom), Route('/metrics', counted.expose)],
  })
  await using client = await testClient(app)

  for (const path of ['/users/1', '/users/2', '/users/3', '/a', '/b']) await client.get(path)
  await client.head('/users/1')
  await client.request('BREW', '/a')
  await client.get('/boom').catch(() => {})
  const response = await client.get('/metrics')

  t.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  const text = await response.text()
  t.equal(text, counted.render())
  t.same(
    text.split('\n').filter((line) => /^http_requests_total/.test(line)),
    [
      'http_requests_total{method="GET",route="/users/{id:int}",status="200"} 3',
      'http_requests_total{method="GET",route="none",status="404"} 2',
      'http_requests_total{method="HEAD",route="/users/{id:int}",status="200"} 1',
      'http_requests_total{method="OTHER",route="none",status="404"} 1',
      'http_requests_total{method="GET",route="/boom",status="500"} 1',
    ],
  )
  const route = 'method="GET",route="/users/{id:int}"'
  t.match(text, `http_request_duration_seconds_bucket{${route},le="5"} 3\n`)
  t.match(text, `http_request_duration_seconds_bucket{${route},le="+Inf"} 3\n`)
  t.match(text, `http_request_duration_seconds_count{${route}} 3\n`)
  t.match(text, `http_response_body_bytes_total{${route}} 15\n`)
  t.match(text, /# TYPE http_requests_in_flight gauge\nhttp_requests_in_flight 0\n$/)
  for (const line of text.trimEnd().split('\n')) {
    t.match(line, /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? [\d.e+-]+)$/)
  }
})

t.test('counts running requests', async (t) => {
  const counted = metrics()
  let finish = (): void => {}
  const app = counted(async (_scope, _receive, send) => {
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    await send({ type: 'http.response.start', status: 204, headers: [] })
    await send({ type: 'http.response.body' })
  })

  const done = call(app)
  t.match(counted.render(), /http_requests_in_flight 1\n/)
  finish()
  await done
  t.match(counted.render(), /http_requests_in_flight 0\n/)
})

t.test('clients cannot create new labels', async (t) => {
  const counted = metrics({ maxSeries: 3 })
  const inventive: App = async (scope, _receive, send) => {
    if (scope.type !== 'http') return
    scope.outcome = Object.assign(scope.outcome ?? {}, { template: scope.path })
    await send({ type: 'http.response.start', status: 204, headers: [] })
    await send({ type: 'http.response.body' })
  }

  for (let count = 0; count < 100; count++) {
    await call(counted(inventive), httpScope({ path: `/${count}` }))
  }

  const lines = counted
    .render()
    .split('\n')
    .filter((line) => line.startsWith('http_requests_total'))
  t.same(lines.at(-1), 'http_requests_total{method="GET",route="other",status="204"} 97')
  t.equal(lines.length, 4)
})

t.test('labels are a method and a route', async (t) => {
  t.same(labelsOf(httpScope({ method: 'PATCH' })), { method: 'PATCH', route: 'none' })
  t.same(labelsOf(httpScope({ method: 'X"Y' })), { method: 'OTHER', route: 'none' })
  t.same(labelsOf(websocketScope()), { method: 'WEBSOCKET', route: 'none' })
})

t.test('names have the prefix', async (t) => {
  t.match(metrics({ prefix: 'shop_' }).render(), /^# HELP shop_requests_total /)
  t.match(metrics({ prefix: '' }).render(), /^# HELP requests_total /)
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, metrics()))

t.test('invalid options throw at once', async (t) => {
  for (const buckets of [
    [],
    [1, 1],
    [2, 1],
    [0],
    [-1, 1],
    [1, Number.POSITIVE_INFINITY],
    ['1'],
    5,
  ]) {
    t.throws(
      () => metrics({ buckets: buckets as never }),
      /^metrics: buckets must be ascending seconds/,
    )
  }
  for (const maxSeries of [0, -1, 1.5, Number.NaN, '5']) {
    t.throws(
      () => metrics({ maxSeries: maxSeries as never }),
      /^metrics: maxSeries must be a positive/,
    )
  }
  for (const prefix of ['a b', '1a', 'a-', 7]) {
    t.throws(() => metrics({ prefix: prefix as never }), /^metrics: the prefix must have letters/)
  }
})

t.test('the event loop delay is measured since the last scrape', async (t) => {
  const eventLoopDelay = monitorEventLoopDelay({ resolution: 1 })
  eventLoopDelay.enable()
  t.teardown(() => eventLoopDelay.disable())
  const counted = metrics({ eventLoopDelay })
  await sleep(20)
  const end = Date.now() + 60
  while (Date.now() < end);
  await sleep(20)

  const longest = /^nodejs_eventloop_delay_seconds\{quantile="1"\} (\S+)$/m
  t.ok(Number(longest.exec(counted.render())?.[1]) > 0.05)
  t.match(counted.render(), /^nodejs_eventloop_delay_seconds\{quantile="0.5"\} \d/m)
  t.equal(longest.exec(counted.render())?.[1], '0')
})

t.test('refuses a skip that is not a function', async (t) => {
  t.throws(() => metrics({ skip: '/health' as never }), {
    name: 'TypeError',
    message: 'metrics: skip must be a function, "/health" was given. Write ({ path }) => ….',
  })
})
