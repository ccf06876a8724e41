import t from 'tap'
import { Life } from '../../../lib/servers/hosted/lifecycle.ts'
import type { App } from '../../../lib/types.ts'
import { soon } from '../../support/sockets.ts'

function living(seen: string[], failing: '' | 'startup' | 'shutdown' = ''): App {
  return async (_scope, receive, send) => {
    for (const phase of ['startup', 'shutdown'] as const) {
      await receive()
      seen.push(phase)
      if (phase === failing) await send({ type: `lifespan.${phase}.failed`, message: 'no luck' })
      else await send({ type: `lifespan.${phase}.complete` })
    }
  }
}

t.test('starts once, and stops once', async (t) => {
  const seen: string[] = []
  const life = new Life(living(seen), 'auto')
  t.equal(life.lifespan, undefined)

  await Promise.all([life.ready(), life.ready()])
  t.same(seen, ['startup'])
  t.same(life.lifespan?.state, {})
  t.notOk(life.closing)
  await Promise.all([life.close(1000), life.close(1000)])

  t.ok(life.closing)
  t.same(seen, ['startup', 'shutdown'])
})

t.test('an app that never started is not stopped', async (t) => {
  const seen: string[] = []
  await new Life(living(seen), 'auto').close(1000)

  t.same(seen, [])
})

t.test('a failed start fails for all callers, and needs no stop', async (t) => {
  const seen: string[] = []
  const life = new Life(living(seen, 'startup'), 'auto')

  await t.rejects(life.ready(), { message: /the startup failed\. no luck/ })
  await t.rejects(life.ready(), { message: /the startup failed\. no luck/ })
  await life.close(1000)
  t.equal(life.lifespan, undefined)
  t.same(seen[0], 'startup')
})

t.test('a failed stop is reported', async (t) => {
  const life = new Life(living([], 'shutdown'), 'auto')
  await life.ready()

  await t.rejects(life.close(1000), { message: /the shutdown failed\. no luck/ })
})

t.test('stops when all exchanges have ended, or after the grace time', async (t) => {
  for (const graceMs of [10_000, 10]) {
    const seen: string[] = []
    const life = new Life(living(seen), 'auto')
    await life.ready()
    life.begin({ cut() {} })
    life.begin({ cut() {} })
    const closed = life.close(graceMs)
    life.end()
    t.same(seen, ['startup'])
    if (graceMs === 10_000) life.end()
    await soon(closed, 'the close')

    t.same(seen, ['startup', 'shutdown'])
  }
})
