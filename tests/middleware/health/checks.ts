import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { eventLoopLag, kept, runCheck } from '../../../lib/middleware/health/checks.ts'

t.test('a check passes unless it throws or gives false', async (t) => {
  const bug = new Error('refused')
  t.match(await runCheck(() => undefined, 1000), { status: 'ok' })
  t.match(await runCheck(async () => 'pong', 1000), { status: 'ok' })
  t.match(await runCheck(async () => false, 1000), { status: 'failed' })
  t.match(await runCheck(() => Promise.reject(bug), 1000), { status: 'failed', error: bug })
  const hasty = (): never => {
    throw bug
  }
  t.match(await runCheck(hasty, 1000), { status: 'failed', error: bug })
})

t.test('a check that takes too long is told to stop', async (t) => {
  let told: AbortSignal | undefined
  const slow = (signal: AbortSignal): Promise<void> => {
    told = signal
    return sleep(60_000, undefined, { signal })
  }

  const { status, duration } = await runCheck(slow, 20)

  t.equal(status, 'timeout')
  t.ok(duration >= 15 && duration < 5_000)
  t.equal(told?.aborted, true)
})

t.test('a check that fails late is ignored', async (t) => {
  const late = async (): Promise<void> => {
    await sleep(30)
    throw new Error('late')
  }

  t.match(await runCheck(late, 5), { status: 'timeout' })
  await sleep(50)
})

t.test('the event loop is late when something keeps it busy', async (t) => {
  const quiet = eventLoopLag()
  t.ok((await quiet) < 1_000)

  const busy = eventLoopLag()
  const end = performance.now() + 100
  while (performance.now() < end);
  t.ok((await busy) >= 80)
})

t.test('what is kept is made once at a time, and again when it is old', async (t) => {
  let calls = 0
  const make = async (): Promise<number> => {
    await sleep(5)
    return ++calls
  }
  const long = kept(make, 60_000)
  t.same(await Promise.all([long(), long(), long()]), [1, 1, 1])
  t.equal(await long(), 1)

  const short = kept(make, 0)
  t.same(await Promise.all([short(), short()]), [2, 2])
  t.equal(await short(), 3)
})
