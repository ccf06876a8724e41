import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { Lanes } from '../../lib/endpoints/concurrency.ts'

t.test('lets in as many jobs as there are places', async (t) => {
  const lanes = new Lanes(2)
  const log: string[] = []
  const ends: (() => void)[] = []
  const job = (name: string) => () => {
    log.push(name)
    return new Promise<void>((resolve) => ends.push(resolve))
  }

  await lanes.add(job('a'))
  const second = lanes.add(job('b')).then(() => log.push('room'))
  await turn()
  t.same(log, ['a', 'b'])
  ends[1]?.()
  await second
  t.same(log, ['a', 'b', 'room'])
  const drained = lanes.drain().then(() => log.push('drained'))
  await turn()
  t.equal(log.length, 3)
  ends[0]?.()
  await drained
  t.equal(log.at(-1), 'drained')
})

t.test('fails with the first that fails', async (t) => {
  const lanes = new Lanes(2)
  const bug = new Error('bug')
  const failing = async (): Promise<never> => {
    throw bug
  }

  await lanes.add(() => new Promise(() => {}))
  await t.rejects(lanes.add(failing), bug)

  t.equal(lanes.signal.reason, bug)
  await t.rejects(lanes.drain(), bug)
})
