import t from 'tap'
import { Lanes } from '../../../lib/channels/redis/lanes.ts'

t.test('runs so many at once, the others in their order', async (t) => {
  const lanes = new Lanes(2)
  const ends: (() => void)[] = []
  const begun: number[] = []
  const jobs = [0, 1, 2, 3].map((number) =>
    lanes.run(async () => {
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
  await lanes.idle()
})

t.test('is idle when the last job has ended', async (t) => {
  const lanes = new Lanes(1)
  let end: () => void = () => {}
  const job = lanes.run(
    () =>
      new Promise<void>((resolve) => {
        end = resolve
      }),
  )
  let isIdle = false
  const idle = lanes.idle().then(() => {
    isIdle = true
  })
  await new Promise(setImmediate)
  t.equal(isIdle, false)
  end()
  await Promise.all([job, idle])
  t.equal(isIdle, true)
})
