import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { sessions } from '../../lib/middleware/sessions.ts'
import { type RedisClient, redisCommands, type SendCommand } from '../../lib/redis.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { redisStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import { until } from '../support/channels.ts'
import { standingClock } from '../support/clock.ts'
import { timers } from '../support/eventstream.ts'
import { noRedis, RedisServer } from '../support/redis.ts'
import { CLIENTS } from '../support/redisclients.ts'

const TIMEOUT_MS = 100

/** A client whose answers come when they are let. */
class Slow {
  sent = 0
  readonly #waiting: ((value: unknown) => void)[] = []
  answer: (() => Promise<unknown>) | undefined

  readonly client: RedisClient = {
    sendCommand: () => {
      this.sent++
      return this.answer?.() ?? new Promise((resolve) => this.#waiting.push(resolve))
    },
  }

  /** Answers all that wait. */
  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(1)
  }
}

function using(slow: Slow, told: unknown[] = []): SendCommand {
  return redisCommands('test', slow.client, TIMEOUT_MS, (error) => told.push(error))
}

const ping = (send: SendCommand): Promise<unknown> => send(['PING'])

/** How many commands fail, and in which time. */
async function failing(send: SendCommand, count: number): Promise<[number, number]> {
  const start = Date.now()
  const ends = await Promise.allSettled(Array.from({ length: count }, () => ping(send)))
  const failures = ends.filter(({ status }) => status === 'rejected').length
  return [failures, Date.now() - start]
}

t.test('after a few commands without an answer, commands fail immediately', async (t) => {
  standingClock(t)
  const slow = new Slow()
  const told: unknown[] = []
  const send = using(slow, told)
  await failing(send, 3)

  const [failures] = await failing(send, 100)

  t.equal(failures, 100)
  t.equal(slow.sent, 3)
  await t.rejects(ping(send), {
    message: `Redis has not answered lately: it took longer than ${TIMEOUT_MS} ms`,
    cause: Error,
  })
  t.match(told, [{ message: `it took longer than ${TIMEOUT_MS} ms` }], 'told once')
  slow.release()
})

t.test('occasionally one command tests whether Redis is back', async (t) => {
  const clock = standingClock(t)
  const slow = new Slow()
  const send = using(slow)
  await failing(send, 3)
  clock.move(110)

  const [failures, took] = await failing(send, 10)
  t.same([failures, slow.sent], [10, 4], 'one was sent')
  t.ok(took >= TIMEOUT_MS - 5, 'and waited for, the others were not')
  slow.answer = async () => 'PONG'
  t.equal((await failing(send, 10))[0], 10, 'the pause has grown')
  clock.move(220)
  t.equal(await ping(send), 'PONG')
  t.equal((await failing(send, 10))[0], 0)
  t.equal(slow.sent, 15)
})

t.test('a late answer ends the pause', async (t) => {
  const slow = new Slow()
  const send = using(slow)
  await failing(send, 3)
  slow.release()
  await sleep(1)
  slow.answer = async () => 'PONG'

  t.equal(await ping(send), 'PONG')
})

t.test('all users of a client share its state', async (t) => {
  standingClock(t)
  const slow = new Slow()
  await failing(using(slow), 3)

  t.same((await failing(using(slow), 1))[0], 1)

  t.equal(slow.sent, 3)
})

t.test('any reply of Redis, also an error, is not an outage', async (t) => {
  const slow = new Slow()
  const told: unknown[] = []
  const send = using(slow, told)
  slow.answer = () => Promise.reject(new Error('OOM command not allowed'))
  t.equal((await failing(send, 10))[0], 10)
  slow.answer = () => Promise.reject(new TypeError('an argument is no string'))
  await failing(send, 10)
  slow.answer = async () => 'PONG'

  t.equal(await ping(send), 'PONG')
  t.equal(slow.sent, 21)
  t.match(told[0], /^Error: OOM/)
  t.equal(told.length, 2, 'each kind once')
})

t.test('an outage soon after another is reported too, once', async (t) => {
  const clock = standingClock(t)
  const slow = new Slow()
  const told: unknown[] = []
  const send = using(slow, told)
  const outage = async (): Promise<void> => {
    slow.answer = () => Promise.reject(new Error('connect ECONNREFUSED'))
    await failing(send, 10)
    clock.move(210)
    await failing(send, 10)
  }
  const back = async (): Promise<void> => {
    slow.answer = async () => 'PONG'
    clock.move(410)
    t.equal(await ping(send), 'PONG')
  }
  await outage()
  t.equal(told.length, 1)
  await back()
  clock.move(500)

  await outage()

  t.equal(told.length, 2)
})

t.test('single failures between replies are reported once', async (t) => {
  standingClock(t)
  const slow = new Slow()
  const told: unknown[] = []
  const send = using(slow, told)
  for (let count = 0; count < 5; count++) {
    slow.answer = () => Promise.reject(new Error('connect ECONNREFUSED'))
    await failing(send, 2)
    slow.answer = async () => 'PONG'
    await ping(send)
  }

  t.equal(told.length, 1)
})

t.test('a Redis that always answers too late is reported once', async (t) => {
  const clock = standingClock(t)
  const slow = new Slow()
  const told: unknown[] = []
  const send = using(slow, told)
  for (let count = 0; count < 5; count++) {
    await failing(send, 3)
    slow.release()
    await sleep(1)
  }
  clock.move(1100)
  await failing(send, 3)

  t.equal(told.length, 1)
})

t.test('a report is one line without control characters', async (t) => {
  const lines = t.capture(console, 'error', () => {})
  const client: RedisClient = { sendCommand: () => Promise.reject(new Error('no\nway')) }
  const send = redisCommands('shop', client, TIMEOUT_MS)

  await failing(send, 10)

  t.same(
    lines().map(({ args }) => args),
    [['shop: Redis fails, no way']],
  )
})

for (const [name, connect] of Object.entries(CLIENTS)) {
  t.test(`${name}: requests do not wait for a Redis that hangs`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)
    const outages: unknown[] = []
    const onOutage = (error: unknown): void => void outages.push(error)
    const store = redisStore({ client, timeoutMs: 400, onOutage })
    const app = Route('/', ({ session }) => {
      session.data.visits = Number(session.data.visits ?? 0) + 1
      return new PlainTextResponse(String(session.data.visits))
    })
    const visitor = await testClient(sessions({ store })(app))
    t.teardown(visitor.close)
    const visit = async (): Promise<string> => {
      const response = await visitor.get('/')
      return response.status === 200 ? response.text() : String(response.status)
    }
    t.equal(await visit(), '1')
    const before = timers()

    server.freeze(true)
    const start = performance.now()
    const statuses = [await visit(), await visit(), await visit()]
    const few = performance.now() - start
    for (let count = 0; count < 20; count++) statuses.push(await visit())
    const all = performance.now() - start

    t.same([...new Set(statuses)], ['503'])
    // Each waits for 400 ms without a breaker.
    t.ok(all - few < 6000, `20 more took ${all - few} ms`)
    t.equal(outages.length, 1)
    server.freeze(false)
    let back = await visit()
    for (let count = 0; back === '503' && count < 100; count++) {
      await sleep(20)
      back = await visit()
    }
    t.match(back, /^[2-9]$/)
    await until(() => timers() <= before)
  })
}
