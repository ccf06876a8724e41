import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { ConcurrencyLimit } from '../../lib/endpoints/concurrency.ts'

t.test('runs at most the given number of jobs at once', async (t) => {
  const limit = new ConcurrencyLimit(2)
  const log: string[] = []
  const ends: (() => void)[] = []
  const job = (name: string) => () => {
    log.push(name)
    return new Promise<void>((resolve) => ends.push(resolve))
  }

  await limit.add(job('a'))
  const second = limit.add(job('b')).then(() => log.push('room'))
  await turn()
  t.same(log, ['a', 'b'])
  ends[1]?.()
  await second
  t.same(log, ['a', 'b', 'room'])
  const drained = limit.drain().then(() => log.push('drained'))
  await turn()
  t.equal(log.length, 3)
  ends[0]?.()
  await drained
  t.equal(log.at(-1), 'drained')
})

t.test('rejects with the first error', async (t) => {
  const limit = new ConcurrencyLimit(2)
  const bug = new Error('bug')
  const failing = async (): Promise<never> => {
    throw bug
  }

  await limit.add(() => new Promise(() => {}))
  await t.rejects(limit.add(failing), bug)

  t.equal(limit.signal.reason, bug)
  await t.rejects(limit.drain(), bug)
})
