import t from 'tap'
import { ConcurrencyLimit } from '../../../lib/channels/redis/concurrency.ts'

t.test('runs the given number of jobs at once, and the others in order', async (t) => {
  const limit = new ConcurrencyLimit(2)
  const ends: (() => void)[] = []
  const begun: number[] = []
  const jobs = [0, 1, 2, 3].map((number) =>
    limit.run(async () => {
      begun.push(number)
      await new Promise<void>((resolve) => ends.push(resolve))
      if (number === 1) throw new Error('one fails')
      return number
    }),
  )
  const settled = Promise.allSettled(jobs)
  t.same(begun, [0, 1])
  for (let count = 0; count < 4; count++) {
    ends.shift()?.()
    await new Promise(setImmediate)
  }

  const done = await settled
  t.same(begun, [0, 1, 2, 3])
  t.same(
    done.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
  await limit.idle()
})

t.test('is idle after the last job has ended', async (t) => {
  const limit = new ConcurrencyLimit(1)
  let end: () => void = () => {}
  const job = limit.run(
    () =>
      new Promise<void>((resolve) => {
        end = resolve
      }),
  )
  let isIdle = false
  const idle = limit.idle().then(() => {
    isIdle = true
  })
  await new Promise(setImmediate)
  t.equal(isIdle, false)
  end()
  await Promise.all([job, idle])
  t.equal(isIdle, true)
})
