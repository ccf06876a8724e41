import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { cacheResult, eventLoopLag, runCheck } from '../../../lib/middleware/health/checks.ts'

t.test('a check passes unless it throws or returns false', async (t) => {
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

t.test('a check that takes too long is aborted', async (t) => {
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

t.test('a check is not late if the process was blocked when its answer came', async (t) => {
  const blocked = async (): Promise<void> => {
    const answer = stat('.')
    const end = performance.now() + 100
    while (performance.now() < end);
    await answer
  }

  await stat('.') // what follows runs while the loop reads, and timers come before it reads again
  t.match(await runCheck(blocked, 50), { status: 'ok' })
})

t.test('an error of a check after its timeout is ignored', async (t) => {
  const late = async (): Promise<void> => {
    await sleep(30)
    throw new Error('late')
  }

  t.match(await runCheck(late, 5), { status: 'timeout' })
  await sleep(50)
})

t.test('the event loop is late while something blocks it', async (t) => {
  const quiet = eventLoopLag()
  t.ok((await quiet) < 1_000)

  const busy = eventLoopLag()
  const end = performance.now() + 100
  while (performance.now() < end);
  t.ok((await busy) >= 80)
})

t.test('a result is computed once at a time, and again when it is old', async (t) => {
  let calls = 0
  const make = async (): Promise<number> => {
    await sleep(5)
    return ++calls
  }
  const long = cacheResult(make, 60_000)
  t.same(await Promise.all([long(), long(), long()]), [1, 1, 1])
  t.equal(await long(), 1)

  const short = cacheResult(make, 0)
  t.same(await Promise.all([short(), short()]), [2, 2])
  t.equal(await short(), 3)
})
