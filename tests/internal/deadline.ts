import { setImmediate, setTimeout } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import t from 'tap'
import { endsWithin, inTime } from '../../lib/internal/deadline.ts'
import { timers } from '../support/eventstream.ts'

t.test('returns the result of the promise', async (t) => {
  t.equal(await inTime(Promise.resolve(1), 1000), 1)
  await t.rejects(inTime(Promise.reject(new Error('no')), 1000), { message: 'no' })
  await t.rejects(inTime(new Promise(() => {}), 5), { message: 'it took longer than 5 ms' })
  const late = (): Error => new RangeError('late')
  await t.rejects(inTime(new Promise(() => {}), 5, late), { name: 'RangeError', message: 'late' })
})

t.test('a time that is too long for a timer is no limit', async (t) => {
  for (const long of [2 ** 31, 1e12, Number.POSITIVE_INFINITY]) {
    t.equal(await inTime(setTimeout(10, 2), long), 2)
  }
})

t.test('reports whether a promise is fulfilled in time', async (t) => {
  t.equal(await endsWithin(Promise.resolve(), 1000), true)
  t.equal(await endsWithin(new Promise(() => {}), 5), false)
  await t.rejects(endsWithin(Promise.reject(new Error('no')), 1000), { message: 'no' })
})

t.test('no timer is left behind', async (t) => {
  const before = timers()

  await inTime(Promise.resolve(), 1000)
  await inTime(Promise.reject(new Error('no')), 1000).catch(() => {})
  await inTime(new Promise(() => {}), 5).catch(() => {})
  await endsWithin(Promise.resolve(), 1000)
  await setImmediate() // one that has just run counts until then

  t.ok(timers() <= before)
})

t.test('a result that has arrived counts, however busy the process was', async (t) => {
  const [one, other] = [new MessageChannel(), performance.now()]
  const answer = new Promise((resolve) => {
    one.port2.on('message', resolve)
  })
  t.teardown(() => one.port1.close())
  const waiting = inTime(answer, 20)
  one.port1.postMessage('an answer')
  while (performance.now() - other < 60);

  t.equal(await waiting, 'an answer')
})
